/*
 * Loaded before a program (LD_PRELOAD), it writes down in one order what the program does to the files of one
 * folder, which of it was waited for (fsync), and what leaves through its sockets. From that, a test can make
 * the folder as a power cut would leave it at any moment.
 *
 * RECORD_FOLDER: the folder, without links in its path and with no slash at the end.  RECORD_TO: the record.
 *
 * An entry is 24 bytes in the machine's order, {kind, file, offset, length}, and `length` bytes:
 *
 *   P  a process begins: numbers of files begin anew          U  a name is gone: name
 *   C  a file is created: name     O  a file is opened: name  R  a name is changed: old, 0, new; L  one more is given
 *   W  bytes are written at offset                            T  the file is cut or grown to offset
 *   B  a sync begins, E  it has ended: offset is its number; file 1 is the folder itself
 *   I  the head of a shared index as it is in memory          S  bytes are about to leave through a socket
 *
 * Calls go to the kernel directly, so that nothing here calls itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define DESCRIPTORS 4096
#define NAMES 64
#define NAME 128
#define FOLDER 1u
#define INDEX_HEAD 136

struct entry {
  uint32_t kind;
  uint32_t file;
  uint64_t offset;
  uint64_t length;
};

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int record = -1;
static char folder[PATH_MAX];
static size_t folder_length;
static uint32_t file_of[DESCRIPTORS];
static char names[NAMES][NAME];
static uint32_t number_of[NAMES];
static uint32_t last_number = FOLDER;
static uint64_t last_sync;
static void *index_head;
static uint32_t index_file;

static void put(char kind, uint32_t file, uint64_t offset, const struct iovec *parts, int count) {
  struct iovec all[1 + IOV_MAX];
  struct entry head = {(uint32_t)kind, file, offset, 0};
  size_t total = sizeof head;
  if (count > IOV_MAX - 1) abort();
  for (int i = 0; i < count; i++) {
    all[i + 1] = parts[i];
    head.length += parts[i].iov_len;
  }
  total += head.length;
  all[0] = (struct iovec){&head, sizeof head};
  if (syscall(SYS_writev, record, all, count + 1) != (long)total) abort();
}

static void put_bytes(char kind, uint32_t file, uint64_t offset, const void *bytes, size_t length) {
  struct iovec part = {(void *)bytes, length};
  put(kind, file, offset, &part, 1);
}

static void put_index(void) {
  if (index_head) put_bytes('I', index_file, 0, index_head, INDEX_HEAD);
}

__attribute__((constructor)) static void begin(void) {
  const char *to = getenv("RECORD_TO"), *of = getenv("RECORD_FOLDER");
  if (!to || !of || strlen(of) >= sizeof folder) return;
  strcpy(folder, of);
  folder_length = strlen(folder);
  record = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (record < 0) abort();
  put('P', 0, 0, NULL, 0);
}

/* The name of a file of the folder, "" for the folder itself, NULL for any other. */
static const char *name_in(const char *path) {
  if (record < 0 || strncmp(path, folder, folder_length) != 0) return NULL;
  if (path[folder_length] == 0) return "";
  if (path[folder_length] != '/') return NULL;
  const char *name = path + folder_length + 1;
  return strchr(name, '/') ? NULL : name;
}

static int slot_of(const char *name) {
  for (int i = 0; i < NAMES; i++)
    if (number_of[i] && strcmp(names[i], name) == 0) return i;
  return -1;
}

static uint32_t numbered(const char *name, int is_new) {
  int slot = slot_of(name);
  if (slot >= 0 && !is_new) return number_of[slot];
  for (int i = 0; slot < 0 && i < NAMES; i++)
    if (!number_of[i]) slot = i;
  if (slot < 0 || strlen(name) >= NAME) abort();
  strcpy(names[slot], name);
  number_of[slot] = ++last_number;
  put_bytes(is_new ? 'C' : 'O', last_number, 0, name, strlen(name));
  return last_number;
}

static uint32_t file_at(int fd) { return fd >= 0 && fd < DESCRIPTORS ? file_of[fd] : 0; }

static int opening(int at, const char *path, int flags, mode_t mode) {
  const char *name = path[0] == '/' ? name_in(path) : NULL;
  if (!name) {
    int fd = (int)syscall(SYS_openat, at, path, flags, mode);
    if (fd >= 0 && fd < DESCRIPTORS) file_of[fd] = 0;
    return fd;
  }
  pthread_mutex_lock(&turn);
  int is_new = syscall(SYS_faccessat, at, path, F_OK) != 0;
  int fd = (int)syscall(SYS_openat, at, path, flags, mode);
  int kept = errno;
  if (fd >= DESCRIPTORS) abort();
  if (fd >= 0) {
    file_of[fd] = *name ? numbered(name, is_new) : FOLDER;
    if (!is_new && (flags & O_TRUNC)) put('T', file_of[fd], 0, NULL, 0);
  }
  pthread_mutex_unlock(&turn);
  errno = kept;
  return fd;
}

#define MODE(flags, mode)                        \
  mode_t mode = 0;                               \
  if ((flags) & O_CREAT) {                      \
    va_list more;                                \
    va_start(more, flags);                       \
    mode = (mode_t)va_arg(more, int);            \
    va_end(more);                                \
  }

int open(const char *path, int flags, ...) {
  MODE(flags, mode)
  return opening(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  MODE(flags, mode)
  return opening(AT_FDCWD, path, flags, mode);
}

int close(int fd) {
  if (fd >= 0 && fd < DESCRIPTORS) file_of[fd] = 0;
  return (int)syscall(SYS_close, fd);
}

static int is_regular(int fd) {
  struct stat about;
  return fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

static int is_connection(int fd) {
  struct sockaddr_storage name;
  socklen_t length = sizeof name;
  int kept = errno;
  int is = getsockname(fd, (struct sockaddr *)&name, &length) == 0 && (name.ss_family == AF_INET || name.ss_family == AF_INET6);
  errno = kept;
  return is;
}

/* What leaves is written down before it leaves, so that it has left no earlier than the record says. */
static void leaving(int fd, const struct iovec *parts, int count) {
  if (record < 0 || !is_connection(fd)) return;
  pthread_mutex_lock(&turn);
  put_index();
  put('S', (uint32_t)fd, 0, parts, count);
  pthread_mutex_unlock(&turn);
}

static ssize_t writing(int fd, const void *bytes, size_t length, off_t at) {
  pthread_mutex_lock(&turn);
  ssize_t done = at < 0 ? syscall(SYS_write, fd, bytes, length) : syscall(SYS_pwrite64, fd, bytes, length, at);
  int kept = errno;
  if (done > 0) put_bytes('W', file_at(fd), (uint64_t)(at < 0 ? lseek(fd, 0, SEEK_CUR) - done : at), bytes, (size_t)done);
  pthread_mutex_unlock(&turn);
  errno = kept;
  return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  if (file_at(fd) && is_regular(fd)) return writing(fd, bytes, length, -1);
  struct iovec part = {(void *)bytes, length};
  leaving(fd, &part, 1);
  return syscall(SYS_write, fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
  return file_at(fd) ? writing(fd, bytes, length, at) : syscall(SYS_pwrite64, fd, bytes, length, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  return file_at(fd) ? writing(fd, bytes, length, at) : syscall(SYS_pwrite64, fd, bytes, length, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (file_at(fd) && is_regular(fd)) return write(fd, parts[0].iov_base, parts[0].iov_len);
  leaving(fd, parts, count);
  return syscall(SYS_writev, fd, parts, count);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  leaving(fd, message->msg_iov, (int)message->msg_iovlen);
  return syscall(SYS_sendmsg, fd, message, flags);
}

static int sized(int fd, off_t length) {
  uint32_t file = file_at(fd);
  if (!file) return (int)syscall(SYS_ftruncate, fd, length);
  pthread_mutex_lock(&turn);
  int failed = (int)syscall(SYS_ftruncate, fd, length);
  int kept = errno;
  if (!failed) put('T', file, (uint64_t)length, NULL, 0);
  pthread_mutex_unlock(&turn);
  errno = kept;
  return failed;
}

int ftruncate(int fd, off_t length) { return sized(fd, length); }
int ftruncate64(int fd, off64_t length) { return sized(fd, length); }

static int syncing(int fd, long call) {
  uint32_t file = file_at(fd);
  if (!file) return (int)syscall(call, fd);
  pthread_mutex_lock(&turn);
  uint64_t number = ++last_sync;
  put('B', file, number, NULL, 0);
  pthread_mutex_unlock(&turn);
  int failed = (int)syscall(call, fd);
  int kept = errno;
  pthread_mutex_lock(&turn);
  if (!failed) put('E', file, number, NULL, 0);
  put_index();
  pthread_mutex_unlock(&turn);
  errno = kept;
  return failed;
}

int fsync(int fd) { return syncing(fd, SYS_fsync); }
int fdatasync(int fd) { return syncing(fd, SYS_fdatasync); }

int unlink(const char *path) {
  const char *name = name_in(path);
  if (!name) return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  pthread_mutex_lock(&turn);
  int failed = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  int kept = errno;
  int slot = slot_of(name);
  if (!failed) {
    put_bytes('U', 0, 0, name, strlen(name));
    if (slot >= 0) number_of[slot] = 0;
  }
  pthread_mutex_unlock(&turn);
  errno = kept;
  return failed;
}

int link(const char *from, const char *to) {
  const char *old = name_in(from), *next = name_in(to);
  if (!old || !next) return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
  pthread_mutex_lock(&turn);
  int failed = (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
  int kept = errno;
  if (!failed) {
    struct iovec parts[] = {{(void *)old, strlen(old) + 1}, {(void *)next, strlen(next)}};
    put('L', 0, 0, parts, 2);
  }
  pthread_mutex_unlock(&turn);
  errno = kept;
  return failed;
}

int rename(const char *from, const char *to) {
  const char *old = name_in(from), *next = name_in(to);
  if (!old || !next) return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  pthread_mutex_lock(&turn);
  int failed = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  int kept = errno;
  if (!failed) {
    struct iovec parts[] = {{(void *)old, strlen(old) + 1}, {(void *)next, strlen(next)}};
    int over = slot_of(next), slot = slot_of(old);
    put('R', 0, 0, parts, 2);
    if (over >= 0) number_of[over] = 0;
    if (slot >= 0 && strlen(next) < NAME) strcpy(names[slot], next);
  }
  pthread_mutex_unlock(&turn);
  errno = kept;
  return failed;
}

/* The index beside the journal is written through memory: its head is what others would believe. */
static void *mapping(void *near, size_t length, int protection, int flags, int fd, off_t at) {
  void *where = (void *)syscall(SYS_mmap, near, length, protection, flags, fd, at);
  uint32_t file = file_at(fd);
  if (where != MAP_FAILED && file && at == 0 && (flags & MAP_SHARED) && (protection & PROT_WRITE) && length >= INDEX_HEAD) {
    pthread_mutex_lock(&turn);
    index_head = where;
    index_file = file;
    pthread_mutex_unlock(&turn);
  }
  return where;
}

void *mmap(void *near, size_t length, int protection, int flags, int fd, off_t at) { return mapping(near, length, protection, flags, fd, at); }
void *mmap64(void *near, size_t length, int protection, int flags, int fd, off64_t at) { return mapping(near, length, protection, flags, fd, at); }

int munmap(void *where, size_t length) {
  if (where == index_head) {
    pthread_mutex_lock(&turn);
    index_head = NULL;
    pthread_mutex_unlock(&turn);
  }
  return (int)syscall(SYS_munmap, where, length);
}
