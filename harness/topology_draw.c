/* topology_draw.c - the machine as a picture, threads at their places.
 *
 * hwloc's own lstopo draws: a copy of the topology gets a Misc object for the threads
 * of each PU and a colour, travels as XML, and comes back as SVG.
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/topology_private.h"

extern char **environ;

/* "T0 T2 T4" of the threads at this PU; false if there are none. */
static bool threads_at(const struct qs_place *places, unsigned n, unsigned pu,
                       char *label, size_t size)
{
    size_t length = 0;

    label[0] = '\0';
    for (unsigned i = 0; i < n && length + 8 < size; i++)
        if (places[i].pu == pu)
            length += (size_t)snprintf(label + length, size - length, "%sT%u",
                                       length ? " " : "", i);
    return length;
}

static int annotate(hwloc_topology_t h, const struct qs_place *places, unsigned n)
{
    char label[128];

    for (hwloc_obj_t pu = NULL;
         (pu = hwloc_get_next_obj_by_type(h, HWLOC_OBJ_PU, pu));) {
        if (!threads_at(places, n, pu->os_index, label, sizeof label))
            continue;
        if (!hwloc_topology_insert_misc_object(h, pu, label) ||
            hwloc_obj_add_info(pu, "lstopoStyle", "Background=#e69f00;Text=#000000"))
            return -1;
    }
    return 0;
}

static int write_annotated(const struct qs_topology *t, const struct qs_place *places,
                           unsigned n, const char *path)
{
    hwloc_topology_t copy;

    if (hwloc_topology_dup(&copy, t->hwloc))
        return -1;
    int failed = annotate(copy, places, n) || hwloc_topology_export_xml(copy, path, 0);
    hwloc_topology_destroy(copy);
    return failed ? -1 : 0;
}

static int draw_with_lstopo(const char *xml, const char *svg)
{
    char *argv[] = { "lstopo-no-graphics",
                     "--if",
                     "xml",
                     "-i",
                     (char *)xml,
                     "--no-io",
                     "--no-caches",
                     "--no-legend",
                     "--no-factorize", /* which would leave out threads */
                     "--of",
                     "svg",
                     "-f",
                     (char *)svg,
                     NULL };
    pid_t child;
    int status;

    if (posix_spawnp(&child, argv[0], NULL, NULL, argv, environ))
        return -1;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -1;
}

/* All of a file as text, or NULL. */
static char *read_all(const char *path)
{
    FILE *f = fopen(path, "re");
    long size = f && !fseek(f, 0, SEEK_END) ? ftell(f) : -1;
    char *text = size < 0 ? NULL : malloc((size_t)size + 1);

    if (text) {
        rewind(f);
        text[fread(text, 1, (size_t)size, f)] = '\0';
    }
    if (f)
        fclose(f);
    return text;
}

/* Skips " width='679px'" and " height='314px'". */
static const char *skip_sizes(const char *from)
{
    while (!strncmp(from, " width=", 7) || !strncmp(from, " height=", 8)) {
        const char *quote = strchr(from, '=') + 1;
        from = strchr(quote + 1, *quote) + 1;
    }
    return from;
}

/* hwloc 2.9 writes viewBox='0 0 679px 314px', which browsers ignore, and a fixed width
 * and height, which keep a page from scaling the picture.  Copies the text and, from
 * its root tag, leaves out both the units and the sizes. */
static void write_scalable(const char *svg, FILE *f)
{
    const char *root = strstr(svg, "<svg"), *end = root ? strchr(root, '>') : svg;

    for (const char *from = svg; from < end; from++) {
        from = skip_sizes(from);
        if (from > root && !strncmp(from, "px", 2))
            from += 2;
        if (from < end)
            putc(*from, f);
    }
    fputs(end, f);
}

static int write_repaired(const char *drawn, const char *svg_path)
{
    char *svg = read_all(drawn);
    FILE *f = svg ? fopen(svg_path, "we") : NULL;
    int failed = !f;

    if (f) {
        write_scalable(svg, f);
        failed = ferror(f);
        failed |= fclose(f) != 0;
    }
    free(svg);
    return failed ? -1 : 0;
}

int qs_topology_draw(const struct qs_topology *t, const struct qs_place *places,
                     unsigned n, const char *svg_path, char *error, size_t error_size)
{
    size_t size = strlen(svg_path) + 16;
    char *xml = malloc(size), *drawn = malloc(size);
    int failed = -1;

    if (!xml || !drawn) {
        snprintf(error, error_size, "no memory");
    } else {
        snprintf(xml, size, "%s.xml", svg_path);
        snprintf(drawn, size, "%s.drawn", svg_path);
        if (write_annotated(t, places, n,
                            xml)) /* NOLINTNEXTLINE(bugprone-branch-clone) */
            snprintf(error, error_size, "%s: %s", svg_path, strerror(errno));
        else if (draw_with_lstopo(xml, drawn))
            snprintf(error, error_size,
                     "lstopo-no-graphics does not run; apt-get install hwloc-nox");
        else if ((failed = write_repaired(drawn, svg_path)))
            snprintf(error, error_size, "%s: %s", svg_path, strerror(errno));
        unlink(xml);
        unlink(drawn);
    }
    free(xml);
    free(drawn);
    return failed;
}
