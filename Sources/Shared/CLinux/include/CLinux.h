// The kernel headers that Glibc's module map leaves out, and macros that Swift cannot import as functions.
#pragma once
// libc before the kernel: the kernel headers then leave out what libc has declared.
#include <net/if.h>
#include <netinet/in.h>

#include <arpa/inet.h>
#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <linux/filter.h>
#include <linux/genetlink.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/inet_diag.h>
#include <linux/ip_vs.h>
#include <linux/net_tstamp.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <regex.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

// Macros whose values depend on sizeof, which Swift does not import.
static const int tandem_so_timestampns = SO_TIMESTAMPNS;

// What SIOCGIF* tell of an interface.
struct tandem_interface {
    char name[IFNAMSIZ];
    int index;
    int mtu;
    unsigned short hardware_type;
    unsigned char mac[6];
};

// Fills in the interface of that name, or of that index if the name is NULL; -1 and errno if there is none.
int tandem_interface_query(const char *name, int index, struct tandem_interface *out);

// Whether large receive offload is on for the interface: 0 or 1, or -1 and errno.
int tandem_large_receive_offload(const char *name);

// recvmsg and sendmsg with flat arguments; *flags gets msg_flags.
ssize_t tandem_receive(
    int descriptor, void *bytes, size_t capacity, void *name, unsigned int *name_length,
    void *control, size_t *control_length, int *flags);
ssize_t tandem_send(
    int descriptor, const void *bytes, size_t count, const void *name, unsigned int name_length,
    const void *control, size_t control_length);

// Names the calling thread as ps and gdb show it (at most 15 bytes are kept).
void tandem_name_thread(const char *name);

// SCHED_RR with SCHED_RESET_ON_FORK for the calling thread; 0 or an errno.
int tandem_real_time(int priority);

// Locks all memory as it is faulted in; 0 or an errno.
int tandem_lock_memory(void);

// Touches the first so many bytes of the calling thread's stack.
void tandem_prefault_stack(void);

// Empties the ambient set of the calling thread: what it executes has no capability then (capabilities(7)).
void tandem_clear_ambient(void);

// Enters a new network namespace; -1 and errno if it cannot.
int tandem_unshare_network(void);

// Runs a program without any capability, in a process group and with an environment of its own.
//
// `words` holds the argument vector, each word with its final zero; the first is the program's path. Standard input is
// empty, standard output and error go to `output`. Gives the process's number, or -1 and errno, also where the
// capabilities cannot be dropped: then nothing was run.
pid_t tandem_spawn_unprivileged(const char *words, size_t count, int output);

// A pipe whose reading end does not block; -1 and errno.
int tandem_pipe(int *reading, int *writing);

// A descriptor that becomes readable when the process ends (pidfd_open(2)); -1 and errno.
int tandem_open_process(pid_t process);

// Compiles a POSIX extended regular expression; NULL if it is none, or memory is short.
void *tandem_compile_pattern(const char *pattern);

// Whether bytes, which may have zeros among them, have a match: 1 or 0.
int tandem_match_pattern(const void *pattern, const char *bytes, size_t count);

// Gives a compiled pattern back.
void tandem_free_pattern(void *pattern);

// Whether the interface of that name is up and has a carrier: 0 or 1, or -1 and errno.
int tandem_interface_has_carrier(const char *name);
