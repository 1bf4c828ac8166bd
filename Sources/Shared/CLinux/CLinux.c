#define _GNU_SOURCE 1
#include "CLinux.h"

#include <linux/if_packet.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

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

int tandem_unshare_network(void) { return unshare(CLONE_NEWNET); }
