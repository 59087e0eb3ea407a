package simulate

// Peer makes another stack.
type Peer func()
