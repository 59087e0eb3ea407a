// Package netns makes Linux network namespaces for real programs and kernels at both ends of a wire of ours. A namespace has
// no name: when those who hold it end, however they do, the kernel removes it with all that is in it. It exists on Linux only.
package netns
