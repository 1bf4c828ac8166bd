// What the lab needs of Linux and Swift's Glibc module does not offer.
#ifndef CLAB_H
#define CLAB_H

#include <stdint.h>
#include <sys/types.h>

// Moves the calling thread into a network namespace; 0 or -1 with errno.
int clab_enter(int namespace_descriptor);

// Keeps the calling thread on one processor; 0 or -1 with errno.
int clab_stay_on(int processor);

// Starts a program in a session (and process group) of its own, in the calling thread's network namespace, its output
// appended to `log`, in `directory`. Returns the pid or -1 with errno.
pid_t clab_spawn(char *const arguments[], char *const environment[], const char *log, const char *directory);

// Sets a link of the calling thread's namespace up or down.
int clab_set_link(const char *name, int up);

// The index of a link of the calling thread's namespace, or -1.
int clab_link_index(const char *name);

// A packet socket on all links of the calling thread's namespace that receives ARP, neighbour advertisements and VRRP
// only.
int clab_open_capture(void);

struct clab_frame {
    int64_t at;             // CLOCK_MONOTONIC, from the kernel's stamp
    int32_t link;           // index of the link that received it
    int32_t is_outgoing;
    int32_t length;
    uint8_t bytes[256];
};

// Waits up to `milliseconds` for a frame: 1, 0 when none came, -1 with errno.
int clab_receive(int descriptor, struct clab_frame *frame, int milliseconds);

// Begins a non-blocking TCP connection to an IPv4 address (host byte order); descriptor or -1 with errno.
int clab_connect(uint32_t address, uint16_t port);

// The pending error of a socket, which reading clears.
int clab_socket_error(int descriptor);

// A non-blocking ICMP socket; net.ipv4.ping_group_range has to allow it.
int clab_open_echo(void);

// Sends an echo request with a number to an IPv4 address (host byte order); 0 or -1 with errno.
int clab_send_echo(int descriptor, uint32_t address, uint32_t number);

// The number of the next echo reply that has come, or -1.
int64_t clab_receive_echo(int descriptor);

// A non-blocking UDP socket bound to an IPv4 address (host byte order); descriptor or -1 with errno.
int clab_bind_datagrams(uint32_t address, uint16_t port);

// A UDP socket with a port of its own that is connected to an IPv4 address (host byte order); descriptor or -1.
int clab_connect_datagrams(uint32_t address, uint16_t port);

// Answers every datagram that waits at a socket with a text.
void clab_answer_datagrams(int descriptor, const char *text);

// Waits until a socket can be read, at most so many nanoseconds.
void clab_wait(int descriptor, int64_t nanoseconds);

// A datagram socket bound to a path, as systemd's notification socket; its path must not exist.
int clab_open_notification(const char *path);

// Whether a link of the calling thread's namespace has the IPv4 address (host byte order) with that prefix length, or,
// when `prefix` is negative, with any: 1 or 0.
int clab_has_address(const char *link, uint32_t address, int prefix);

// Whether a link of the calling thread's namespace has the IPv6 address: 1 or 0.
int clab_has_address6(const char *link, const uint8_t address[16]);

#endif
