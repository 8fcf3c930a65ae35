/* What the tests record: system calls, functions with pointers, children, threads and signals, the same at each run. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct inner { int a; char tag[8]; };
struct request { long id; struct inner *in; const char *name; unsigned char key[6]; };

__attribute__((noipa)) int deep(int n) { return n <= 0 ? 0 : 1 + deep(n - 1); }
__attribute__((noipa)) long serve(struct request *r, int flags, const char *who) { return r->id * 2 + flags + (long)strlen(who) - deep(2); }
__attribute__((noipa)) const char *label(int n) { return n % 2 ? "odd" : "even"; }

static void *thread(void *arg) {
  for (int i = 0; i < 5; i++) getppid();
  return arg;
}

static void on_signal(int sig) { (void)sig; }

int main(void) {
  char text[256];
  for (int i = 0; i < 10; i++) {
    struct inner in = {i * 3, "tag"};
    in.tag[3] = (char)('0' + i);
    struct request r = {1000 + i, &in, label(i), {1, 2, 3, 4, 5, (unsigned char)i}};
    serve(&r, i, i % 3 ? "abc" : "xyz");
  }
  for (int i = 0; i < 8; i++) {
    int fd = open(i % 4 ? "/dev/null" : "/no/such/file", O_RDWR);
    if (fd < 0) continue;
    memset(text, 'a' + i, sizeof text);
    (void)!write(fd, text, (size_t)(i * 20));
    (void)!read(fd, text, (size_t)(i + 1));
    lseek(fd, i, SEEK_SET);
    close(fd);
  }
  signal(SIGUSR1, on_signal);
  for (int i = 0; i < 3; i++) kill(getpid(), SIGUSR1);
  for (int i = 0; i < 4; i++) {
    pid_t child = fork();
    if (child == 0) {
      deep(i);
      _exit(i);
    }
    waitpid(child, 0, 0);
  }
  pthread_t t;
  pthread_create(&t, 0, thread, 0);
  pthread_join(t, 0);
  prctl(PR_SET_NAME, "hsrenamed");
  getppid();
  prctl(PR_SET_NAME, "hsload");
  return 0;
}
