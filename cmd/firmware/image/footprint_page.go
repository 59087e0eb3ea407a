package image

// footprintPage is the page without its figures.
const footprintPage = `# What it takes

Made by ` + "`stackproof device size --table`" + `. A test builds the programs anew and holds this page against them; a figure may be
off by 5 %% before it fails.

Flash and RAM, in bytes, of stack, sockets and driver for 16 sockets of any kind: there is room for 16 connections and 16
endpoints of UDP, IPv4 and IPv6. *whole* is an application that may call every exported function, so the linker drops none;
*typical* has a TCP server, a TCP client and a UDP server. Their sockets are POSIX's, or where a column says so lwIP's, as
ESP-IDF's components use them (select, scatter and gather, names, all of its options). rv32imac is the ESP32-P4, rv32imc the
ESP32-C3, which has no EMAC: the driver is in its columns so that they can be compared, and can be left out.

|%[1]s
- *flash* is code, constants and initialised data, without what a program without the stack takes (start, traps, panics,
  copying of memory): 1.5 KB. TinyGo at ` + "`-opt z`" + `, no heap, with the linker's relaxation, save-restore and outliner
  ([README](README.md)); what the outliner has made several packages share is in a row of its own. A function that has one
  caller becomes part of it, so in *typical* much of driver and sockets counts as the application.
- *tables* are the stack's own state, all connections and endpoints with everything they remember (timers, SACK, RACK,
  congestion), sockets and descriptors, neighbours, groups, the driver.
- *buffers* are the application's choice: here 1 KiB each way for each connection, 512 bytes for each endpoint of UDP, two
  datagrams of 2 KB being put together, one of 2 KB going out in pieces, packets that wait for an address or go to ourselves,
  and the driver's rings of 8 frames each way (25.7 KB).
- The program's stack is not in it: 8 KB are enough.
- Programs that are weighed are never run, and laid out in 1 MiB: with lwIP's sockets *whole* is about as large
  as the window of 256 KiB in which our images run.

## Beside others on an ESP32-C3

There is one published comparison, of a build of ESP-IDF for the ESP32-C3 with a Rust stack put under its socket functions.
Its figures, in bytes, are those of whole archives after the link:

| | flash | RAM, static | what it includes | what it does not |
| --- | --- | --- | --- | --- |
| lwIP (ESP-IDF's liblwip) | 47430 | about 1 KiB | what that application links of stack, sockets, DHCP and DNS | connections, sockets and packets, which come from the heap as they are needed; ESP-IDF's network interfaces and driver |
| smoltcp with its glue | 85614 | 74485 | stack and glue in Rust (82206 code, 24580 data), its port (3408 code, 49905 zeroed, a pool of 32 frames) | the layer that takes the place of lwIP's functions; 64 KiB of heap for each TCP socket; lwIP itself, which stays in the image |
| stackproof, whole | %[2]d | %[3]d + %[4]d buffers | stack, sockets, EMAC driver, every function, memory of 16 sockets | DHCP and DNS, which it does not have; ESP-IDF's network interfaces |
| stackproof, whole, with lwIP's sockets | %[8]d | %[9]d + %[10]d buffers | the same, with the functions, numbers and behaviour of lwIP's sockets, text of addresses, names and interfaces in place of POSIX's | the same; who asks for names over the network |
| stackproof, typical | %[5]d | %[6]d + %[7]d buffers | the same, as much as that application uses | the same |

So this stack takes two to three times the flash of lwIP, and its RAM is all there is: nothing comes from a heap later. What the
flash is for: IPv6 throughout with MLDv2 and duplicate address detection, SACK, RACK with tail loss probes, CUBIC, timestamps,
window scaling, keep-alive, path MTU discovery, urgent data, reassembly, raw sockets, and checks that RFCs ask for.
`
