// Package symbols reads which names object files want from elsewhere, and says who answers those of lwIP's: the lwIP face
// of this project, directly or through ESP-IDF, or nobody but lwIP itself, which is then linked beside it, or is missing.
//
// Read takes object files (ELF of any machine, class and byte order) and archives of them (GNU's and BSD's); Judge says
// what it means. What is read may be hostile: nothing is trusted, and time and memory are bounded by its length.
package symbols
