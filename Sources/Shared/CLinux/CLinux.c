#define _GNU_SOURCE 1
#include "CLinux.h"

#include <linux/if_packet.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

int tandem_interface_query(const char *name, int index, struct tandem_interface *out) {
    struct ifreq request;
    int result = -1;
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    memset(&request, 0, sizeof request);
    memset(out, 0, sizeof *out);
    if (name) {
        if (strlen(name) >= IFNAMSIZ) {
            errno = ENODEV;
            goto done;
        }
        strcpy(request.ifr_name, name);
    } else {
        request.ifr_ifindex = index;
        if (ioctl(descriptor, SIOCGIFNAME, &request) < 0) goto done;
    }
    memcpy(out->name, request.ifr_name, IFNAMSIZ);
    out->name[IFNAMSIZ - 1] = 0;
    if (ioctl(descriptor, SIOCGIFINDEX, &request) < 0) goto done;
    out->index = request.ifr_ifindex;
    if (ioctl(descriptor, SIOCGIFMTU, &request) < 0) goto done;
    out->mtu = request.ifr_mtu;
    if (ioctl(descriptor, SIOCGIFHWADDR, &request) < 0) goto done;
    out->hardware_type = request.ifr_hwaddr.sa_family;
    memcpy(out->mac, request.ifr_hwaddr.sa_data, 6);
    result = 0;
done:;
    int saved = errno;
    close(descriptor);
    errno = saved;
    return result;
}

int tandem_large_receive_offload(const char *name) {
    struct ifreq request;
    struct ethtool_value value = {.cmd = ETHTOOL_GFLAGS};
    memset(&request, 0, sizeof request);
    if (strlen(name) >= IFNAMSIZ) {
        errno = ENODEV;
        return -1;
    }
    strcpy(request.ifr_name, name);
    request.ifr_data = (void *)&value;
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    int result = ioctl(descriptor, SIOCETHTOOL, &request);
    int saved = errno;
    close(descriptor);
    errno = saved;
    return result < 0 ? -1 : (value.data & ETH_FLAG_LRO) != 0;
}

ssize_t tandem_receive(
    int descriptor, void *bytes, size_t capacity, void *name, unsigned int *name_length,
    void *control, size_t *control_length, int *flags) {
    struct iovec vector = {.iov_base = bytes, .iov_len = capacity};
    struct msghdr message = {
        .msg_name = name, .msg_namelen = *name_length, .msg_iov = &vector, .msg_iovlen = 1,
        .msg_control = control, .msg_controllen = *control_length};
    ssize_t count = recvmsg(descriptor, &message, 0);
    if (count >= 0) {
        *name_length = message.msg_namelen;
        *control_length = message.msg_controllen;
        *flags = message.msg_flags;
    }
    return count;
}

ssize_t tandem_send(
    int descriptor, const void *bytes, size_t count, const void *name, unsigned int name_length,
    const void *control, size_t control_length) {
    struct iovec vector = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {
        .msg_name = (void *)name, .msg_namelen = name_length, .msg_iov = &vector, .msg_iovlen = 1,
        .msg_control = (void *)control, .msg_controllen = control_length};
    return sendmsg(descriptor, &message, MSG_NOSIGNAL);
}

void tandem_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

int tandem_real_time(int priority) {
    struct sched_param parameters = {.sched_priority = priority};
    return sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &parameters) < 0 ? errno : 0;
}

int tandem_lock_memory(void) {
    // With MCL_FUTURE a finite limit would make later mappings fail, so a limit that binds means: do not lock.
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0) return errno;
    if (limit.rlim_cur != RLIM_INFINITY && geteuid() != 0) return EPERM;
    return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0 ? errno : 0;
}

void tandem_prefault_stack(void) {
    volatile char bytes[256 * 1024];
    for (size_t index = 0; index < sizeof bytes; index += 4096) bytes[index] = 0;
}

void tandem_clear_ambient(void) { prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); }

int tandem_unshare_network(void) { return unshare(CLONE_NEWNET); }

// Between vfork and exec the child shares the parent's memory: it only makes system calls, and keeps signals blocked
// until no handler of the parent's could run in it.
static int drop_and_execute(char *const *arguments, int output, const sigset_t *none) {
    static char *const environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C", NULL};
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct empty[2] = {{0, 0, 0}, {0, 0, 0}};
    struct sigaction plain = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) sigaction(number, &plain, NULL);
    sigprocmask(SIG_SETMASK, none, NULL);
    setpgid(0, 0);
    // No set-user-ID program and no file capability gives anything back; root without capabilities stays without.
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return errno;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && errno != EINVAL) return errno;
    // A filter may forbid capset. Anybody but root loses the rest by execve(2), now that nothing is ambient.
    if (syscall(SYS_capset, &header, empty) < 0 && geteuid() == 0) return errno;
    int input = open("/dev/null", O_RDONLY);
    if (input < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) return errno;
    syscall(SYS_close_range, 3u, ~0u, 0u);
    execve(arguments[0], arguments, environment);
    return errno;
}

pid_t tandem_spawn_unprivileged(const char *words, size_t count, int output) {
    size_t number = 0;
    for (size_t index = 0; index < count; index++) number += words[index] == 0;
    if (number == 0 || words[count - 1] != 0) {
        errno = EINVAL;
        return -1;
    }
    char **arguments = calloc(number + 1, sizeof *arguments);
    if (!arguments) return -1;
    size_t start = 0;
    for (size_t index = 0; index < number; index++) {
        arguments[index] = (char *)words + start;
        start += strlen(words + start) + 1;
    }
    sigset_t all, before, none;
    sigfillset(&all);
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    volatile int failure = 0;
    pid_t process = vfork();
    if (process == 0) {
        failure = drop_and_execute(arguments, output, &none);
        _exit(127);
    }
    int saved = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    free(arguments);
    if (process > 0 && failure != 0) {
        // It never was another program: its end is near, and nobody has to hear of it.
        while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {}
        errno = failure;
        return -1;
    }
    errno = saved;
    return process;
}

int tandem_pipe(int *reading, int *writing) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -1;
    // Only this end: a program may be taken aback by a standard output that does not block.
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0) {
        int saved = errno;
        close(ends[0]);
        close(ends[1]);
        errno = saved;
        return -1;
    }
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

int tandem_open_process(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

void *tandem_compile_pattern(const char *pattern) {
    regex_t *compiled = malloc(sizeof *compiled);
    if (!compiled) return NULL;
    if (regcomp(compiled, pattern, REG_EXTENDED | REG_NEWLINE) == 0) return compiled;
    free(compiled);
    return NULL;
}

int tandem_match_pattern(const void *pattern, const char *bytes, size_t count) {
    regmatch_t range = {.rm_so = 0, .rm_eo = (regoff_t)count};
    return regexec(pattern, bytes, 1, &range, REG_STARTEND) == 0;
}

void tandem_free_pattern(void *pattern) {
    regfree(pattern);
    free(pattern);
}

int tandem_interface_has_carrier(const char *name) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    if (strlen(name) >= IFNAMSIZ) {
        errno = ENODEV;
        return -1;
    }
    strcpy(request.ifr_name, name);
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    int result = ioctl(descriptor, SIOCGIFFLAGS, &request);
    int saved = errno;
    close(descriptor);
    errno = saved;
    return result < 0 ? -1 : (request.ifr_flags & (IFF_UP | IFF_RUNNING)) == (IFF_UP | IFF_RUNNING);
}
