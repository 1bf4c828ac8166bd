#define _GNU_SOURCE
#include "CLab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

int clab_enter(int namespace_descriptor) { return setns(namespace_descriptor, CLONE_NEWNET); }

int clab_stay_on(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return sched_setaffinity(0, sizeof set, &set);
}

pid_t clab_spawn(char *const arguments[], char *const environment[], const char *log, const char *directory) {
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    sigset_t none, defaults;
    pid_t pid = -1;
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&actions);
    sigemptyset(&none);
    sigfillset(&defaults);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0644);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    posix_spawn_file_actions_addchdir_np(&actions, directory);
    int failure = posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failure) {
        errno = failure;
        return -1;
    }
    return pid;
}

int clab_set_link(const char *name, int up) {
    struct ifreq request = {0};
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    int result = ioctl(descriptor, SIOCGIFFLAGS, &request);
    if (result == 0) {
        request.ifr_flags = up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP;
        result = ioctl(descriptor, SIOCSIFFLAGS, &request);
    }
    int saved = errno;
    close(descriptor);
    errno = saved;
    return result;
}

int clab_link_index(const char *name) {
    unsigned index = if_nametoindex(name);
    return index ? (int)index : -1;
}

int clab_open_capture(void) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x0806, 9, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x0800, 0, 2),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 112, 6, 7),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x86dd, 0, 6),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 20),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 112, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 58, 0, 3),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 54),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 136, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 256),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {sizeof code / sizeof code[0], code};
    int descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    int buffer = 8 << 20, on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
    setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    struct sockaddr_ll all = {.sll_family = AF_PACKET, .sll_protocol = htons(0x0003)};
    if (setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0 ||
        bind(descriptor, (struct sockaddr *)&all, sizeof all) < 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

static int64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int clab_receive(int descriptor, struct clab_frame *frame, int milliseconds) {
    struct pollfd ready = {.fd = descriptor, .events = POLLIN};
    int count = poll(&ready, 1, milliseconds);
    if (count <= 0) return count < 0 && errno != EINTR ? -1 : 0;
    struct sockaddr_ll from = {0};
    char control[128];
    struct iovec data = {frame->bytes, sizeof frame->bytes};
    struct msghdr message = {
        .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &data, .msg_iovlen = 1,
        .msg_control = control, .msg_controllen = sizeof control,
    };
    ssize_t length = recvmsg(descriptor, &message, MSG_DONTWAIT);
    // A link that goes down leaves ENETDOWN on every packet socket bound to it; this one is bound to none.
    if (length < 0) return errno == EAGAIN || errno == EINTR || errno == ENETDOWN ? 0 : -1;
    frame->at = nanoseconds(CLOCK_MONOTONIC);
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
        struct timespec stamp;
        memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
        frame->at -= nanoseconds(CLOCK_REALTIME) - (stamp.tv_sec * 1000000000LL + stamp.tv_nsec);
    }
    frame->link = from.sll_ifindex;
    frame->is_outgoing = from.sll_pkttype == PACKET_OUTGOING;
    frame->length = (int)length;
    return 1;
}

int clab_connect(uint32_t address, uint16_t port) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address)};
    if (connect(descriptor, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) {
        int saved = errno;
        close(descriptor);
        errno = saved;
        return -1;
    }
    return descriptor;
}

int clab_socket_error(int descriptor) {
    int value = 0;
    socklen_t length = sizeof value;
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &value, &length) < 0 ? errno : value;
}

int clab_open_echo(void) {
    return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP);
}

// The kernel sets the identifier of an ICMP socket's echoes and the checksum; the payload repeats the whole number.
struct echo {
    uint8_t type, code;
    uint16_t checksum, identifier, sequence;
    uint32_t number;
} __attribute__((packed));

int clab_send_echo(int descriptor, uint32_t address, uint32_t number) {
    struct echo echo = {.type = 8, .sequence = htons((uint16_t)number), .number = number};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
    ssize_t count = sendto(descriptor, &echo, sizeof echo, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to);
    return count == sizeof echo ? 0 : -1;
}

int64_t clab_receive_echo(int descriptor) {
    struct echo echo;
    while (1) {
        ssize_t count = recv(descriptor, &echo, sizeof echo, MSG_DONTWAIT);
        if (count < 0) return -1;
        if (count == sizeof echo && echo.type == 0) return echo.number;
    }
}

static int open_datagrams(int (*use)(int, const struct sockaddr *, socklen_t), uint32_t address, uint16_t port) {
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    struct sockaddr_in end = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address)};
    if (use(descriptor, (struct sockaddr *)&end, sizeof end) < 0) {
        int saved = errno;
        close(descriptor);
        errno = saved;
        return -1;
    }
    return descriptor;
}

int clab_bind_datagrams(uint32_t address, uint16_t port) { return open_datagrams(bind, address, port); }

int clab_connect_datagrams(uint32_t address, uint16_t port) { return open_datagrams(connect, address, port); }

void clab_answer_datagrams(int descriptor, const char *text) {
    struct sockaddr_in from;
    char bytes[64];
    while (1) {
        socklen_t size = sizeof from;
        if (recvfrom(descriptor, bytes, sizeof bytes, MSG_DONTWAIT, (struct sockaddr *)&from, &size) < 0) return;
        sendto(descriptor, text, strlen(text), MSG_DONTWAIT, (struct sockaddr *)&from, size);
    }
}

void clab_wait(int descriptor, int64_t nanoseconds) {
    struct pollfd ready = {.fd = descriptor, .events = POLLIN};
    struct timespec limit = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    ppoll(&ready, 1, &limit, NULL);
}

int clab_open_notification(const char *path) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    strncpy(at.sun_path, path, sizeof at.sun_path - 1);
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    if (bind(descriptor, (struct sockaddr *)&at, sizeof at) < 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

int clab_has_address(const char *link, uint32_t address, int prefix) {
    struct ifaddrs *list = NULL;
    int found = 0;
    if (getifaddrs(&list) < 0) return 0;
    for (struct ifaddrs *entry = list; entry && !found; entry = entry->ifa_next) {
        if (!entry->ifa_addr || entry->ifa_addr->sa_family != AF_INET) continue;
        // With a label the entry bears it in place of the link's name: "lo:tandem".
        size_t length = strlen(link);
        if (strncmp(entry->ifa_name, link, length) || (entry->ifa_name[length] && entry->ifa_name[length] != ':'))
            continue;
        if (ntohl(((struct sockaddr_in *)entry->ifa_addr)->sin_addr.s_addr) != address) continue;
        uint32_t mask = ntohl(((struct sockaddr_in *)entry->ifa_netmask)->sin_addr.s_addr);
        found = prefix < 0 || __builtin_popcount(mask) == prefix;
    }
    freeifaddrs(list);
    return found;
}

int clab_has_address6(const char *link, const uint8_t address[16]) {
    struct ifaddrs *list = NULL;
    int found = 0;
    if (getifaddrs(&list) < 0) return 0;
    for (struct ifaddrs *entry = list; entry && !found; entry = entry->ifa_next) {
        if (!entry->ifa_addr || entry->ifa_addr->sa_family != AF_INET6 || strcmp(entry->ifa_name, link)) continue;
        found = memcmp(&((struct sockaddr_in6 *)entry->ifa_addr)->sin6_addr, address, 16) == 0;
    }
    freeifaddrs(list);
    return found;
}
