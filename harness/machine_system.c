/* machine_system.c - the processor, the kernel and what disturbs them. */
#include <linux/membarrier.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif

#include "harness/crowding.h"
#include "harness/machine_private.h"
#include "harness/perf.h"
#include "reclaim/reclaim.h"

static FILE *open_below_root(const char *path)
{
    const char *root = getenv("QS_SYSROOT");
    char whole[512];

    snprintf(whole, sizeof whole, "%s%s", root ? root : "", path);
    return fopen(whole, "re");
}

bool qs_machine_read(const char *path, char *line, size_t size)
{
    FILE *f = open_below_root(path);
    bool read = f && fgets(line, (int)size, f);

    if (f)
        fclose(f);
    if (read)
        line[strcspn(line, "\n")] = '\0';
    return read;
}

/* The value of "key : value" in /proc/cpuinfo or /proc/meminfo. */
static bool read_key(const char *path, const char *key, char *value, size_t size)
{
    FILE *f = open_below_root(path);
    char line[4096];
    bool found = false;

    while (f && !found && fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':');
        if (!colon || strncmp(line, key, strlen(key)))
            continue;
        colon += 1 + strspn(colon + 1, " \t");
        colon[strcspn(colon, "\n")] = '\0';
        snprintf(value, size, "%s", colon);
        found = true;
    }
    if (f)
        fclose(f);
    return found;
}

/* QEMU without a processor's help names itself so, see <cpuid.h>. */
bool qs_machine_is_emulated(void)
{
#ifdef __x86_64__
    const unsigned is_guest = 1u << 31, guest_of = 0x40000000;
    unsigned a, b, c, d, name[3] = { 0 };

    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & is_guest))
        return false;
    __cpuid(guest_of, a, name[0], name[1], name[2]);
    return !memcmp(name, "TCGTCGTCGTCG", sizeof name);
#else
    return false;
#endif
}

static void add_hypervisor(struct qs_fact_list *list)
{
    char flags[4096], name[64] = "unknown";
    const char *remedy =
        "other guests of the host disturb wall-clock times; judge by CPU "
        "time per operation, or measure on bare metal";

    if (!read_key("/proc/cpuinfo", "flags", flags, sizeof flags))
        qs_fact_add(list, "hypervisor", "unknown", NULL);
    else if (!strstr(flags, " hypervisor"))
        qs_fact_add(list, "hypervisor", "none", NULL);
    else if (qs_machine_is_emulated())
        qs_fact_add(list, "hypervisor", "QEMU, emulated",
                    "times say nothing here: claims on them are not judged");
    else if (qs_machine_read("/sys/hypervisor/type", name, sizeof name))
        qs_fact_add(list, "hypervisor", name, remedy);
    else {
        if (qs_machine_read("/sys/devices/system/clocksource/clocksource0/"
                            "available_clocksource",
                            flags, sizeof flags) &&
            strstr(flags, "kvm"))
            strcpy(name, "KVM");
        qs_fact_add(list, "hypervisor", name, remedy);
    }
}

static void add_processor(struct qs_fact_list *list)
{
    char value[192] = "";

    read_key("/proc/cpuinfo", "model name", value, sizeof value);
    qs_fact_add(list, "cpu_model", value, NULL);
    value[0] = '\0';
    read_key("/proc/cpuinfo", "microcode", value, sizeof value);
    qs_fact_add(list, "microcode", value, NULL);
    add_hypervisor(list);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    qs_fact_addf(list, "processors", NULL, "%ld online", online);
    value[0] = '\0';
    if (qs_machine_read("/sys/devices/system/cpu/smt/active", value, sizeof value))
        strcpy(value, *value == '1' ? "on" : "off");
    qs_fact_add(list, "smt", value, NULL);
}

static void add_frequency(struct qs_fact_list *list)
{
    char line[192] = "";
    bool known = qs_machine_read(
        "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", line, sizeof line);

    qs_fact_add(list, "governor", line,
                known && strcmp(line, "performance")
                    ? "the clock follows the load; sudo cpupower frequency-set -g "
                      "performance"
                    : NULL);
    const char *turbo = "unknown";
    if (qs_machine_read("/sys/devices/system/cpu/intel_pstate/no_turbo", line,
                        sizeof line))
        turbo = *line == '0' ? "on" : "off";
    else if (qs_machine_read("/sys/devices/system/cpu/cpufreq/boost", line,
                             sizeof line))
        turbo = *line == '1' ? "on" : "off";
    qs_fact_add(list, "turbo", turbo,
                strcmp(turbo, "on")
                    ? NULL
                    : "few threads run at a higher clock than many; switch "
                      "it off in the firmware or by the boost file of "
                      "cpufreq");
}

/* "[always] madvise never" says always. */
static void add_chosen(struct qs_fact_list *list, const char *name, const char *path)
{
    char line[192] = "", *open, *close;
    const char *value = line;

    if (qs_machine_read(path, line, sizeof line) && (open = strchr(line, '[')) &&
        (close = strchr(open, ']'))) {
        *close = '\0';
        value = open + 1;
    }
    qs_fact_add(list, name, value, NULL);
}

static void add_setting(struct qs_fact_list *list, const char *name, const char *path,
                        const char *harmful, const char *remedy)
{
    char line[192] = "";

    qs_machine_read(path, line, sizeof line);
    qs_fact_add(list, name, line, harmful && !strcmp(line, harmful) ? remedy : NULL);
}

static void add_clocksource(struct qs_fact_list *list)
{
    char line[64] = "";
    bool known = qs_machine_read("/sys/devices/system/clocksource/clocksource0/"
                                 "current_clocksource",
                                 line, sizeof line);
    bool slow = known && (!strcmp(line, "hpet") || !strcmp(line, "acpi_pm") ||
                          !strcmp(line, "jiffies"));

    qs_fact_add(list, "clocksource", line,
                slow ? "reading this clock is slow; boot with clocksource=tsc if the "
                       "processor has an invariant one"
                     : NULL);
}

static void add_counters(struct qs_fact_list *list)
{
    char names[96], remedy[160];

    qs_perf_available(names, sizeof names, remedy, sizeof remedy);
    qs_fact_add(list, "hardware_counters", names, *remedy ? remedy : NULL);
}

static void add_kernel(struct qs_fact_list *list)
{
    struct utsname name;

    qs_fact_add(list, "kernel", uname(&name) ? "" : name.release, NULL);
    add_chosen(list, "thp", "/sys/kernel/mm/transparent_hugepage/enabled");
    add_setting(list, "numa_balancing", "/proc/sys/kernel/numa_balancing", "1",
                "the kernel moves pages during measurements; sudo sysctl "
                "kernel.numa_balancing=0");
    add_setting(list, "aslr", "/proc/sys/kernel/randomize_va_space", NULL, NULL);
    add_setting(list, "perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid",
                NULL, NULL);
    add_counters(list);
    add_clocksource(list);
    long commands = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    bool has = commands > 0 && commands & MEMBARRIER_CMD_PRIVATE_EXPEDITED;
    qs_fact_add(list, "membarrier", has ? "yes" : "no",
                has ? NULL
                    : "rcu_memb falls back to a full fence per read section; its "
                      "numbers are those of another scheme here");
    bool light = qs_light_fences_work();
    qs_fact_add(list, "asymmetric", light ? "membarrier" : "fenced",
                light
                    ? NULL
                    : "hp_asym and ebr_asym fence as hp and ebr do; their numbers are "
                      "those of other schemes here");
}

struct ticks {
    unsigned long long all, idle, steal;
};

static bool read_ticks(struct ticks *t)
{
    unsigned long long v[8] = { 0 };
    char line[256];

    if (!qs_machine_read("/proc/stat", line, sizeof line) ||
        sscanf(line, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &v[0], &v[1], &v[2],
               &v[3], &v[4], &v[5], &v[6], &v[7]) < 8)
        return false;
    *t = (struct ticks){ .idle = v[3] + v[4], .steal = v[7] };
    for (unsigned i = 0; i < 8; i++)
        t->all += v[i];
    return true;
}

/* What others use of the processors while this process sleeps a quarter of a second. */
static void add_load(struct qs_fact_list *list)
{
    struct ticks before, after;
    struct timespec nap = { .tv_nsec = 250000000 };
    char line[64] = "";

    qs_machine_read("/proc/loadavg", line, sizeof line);
    qs_fact_add(list, "load_average", line, NULL);
    if (!read_ticks(&before) || nanosleep(&nap, NULL) || !read_ticks(&after) ||
        after.all <= before.all) {
        qs_fact_add(list, "busy", "unknown", NULL);
        qs_fact_add(list, "steal", "unknown", NULL);
        return;
    }
    double all = (double)(after.all - before.all);
    double steal = 100 * (double)(after.steal - before.steal) / all;
    double busy = 100 - 100 * (double)(after.idle - before.idle) / all - steal;
    qs_fact_addf(list, "busy",
                 busy >= 5 ? "other programs run; stop them, or judge by CPU time per "
                             "operation"
                           : NULL,
                 "%.0f%%", busy);
    qs_fact_addf(list, "steal",
                 steal >= 1
                     ? "the host gives this guest's time to others; judge by CPU "
                       "time per operation"
                     : NULL,
                 "%.0f%%", steal);
}

/* What the load does not show: who computes on a core's other hardware thread. */
static void add_strangers(const struct qs_topology *t, struct qs_fact_list *list)
{
    double share = qs_crowding_share(t, 0.1);

    if (isnan(share))
        qs_fact_add(list, "strangers", "unknown", NULL);
    else
        qs_fact_addf(list, "strangers",
                     share >= 0.1 ? "others compute on the other hardware thread of a "
                                    "core; repeats wait for them, see patience in "
                                    "quiesce-experiment(5)"
                                  : NULL,
                     "%.0f%% of the time", 100 * share);
}

static void add_timer(struct qs_fact_list *list)
{
    enum { READS = 10000 };
    uint64_t begin = qs_now();

    for (unsigned i = 0; i < READS; i++)
        qs_now();
    qs_fact_addf(list, "timer_ns", NULL, "%.1f", (double)(qs_now() - begin) / READS);
}

void qs_machine_add_system(const struct qs_topology *t, struct qs_fact_list *list)
{
    char memory[64] = "";

    add_processor(list);
    add_frequency(list);
    add_kernel(list);
    read_key("/proc/meminfo", "MemTotal", memory, sizeof memory);
    qs_fact_add(list, "memory", memory, NULL);
    add_load(list);
    add_strangers(t, list);
    add_timer(list);
}
