/* reader.c - writes down what the VOTable reader tells of each file named, for tests that compare.
 *     reader_trial [-s] [-p N] FILE…
 * -s: rows are passed over with vot_skip_rows(); -p: the file comes through standard input, N bytes a read.
 * A line for each event: indentation, name, attributes, line; cells as `text`, [CDATA], {hexadecimal bytes}, or -. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "votable/reader.h"

static void print_text(struct slice text) {
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.text[i];
        if (c < 0x20 || c == '\\')
            printf("\\%02x", c);
        else
            putchar(c);
    }
}

static void print_start(const struct vot_node *node, const char *word) {
    printf("%s %d ", word, node->element);
    print_text(node->name);
    for (size_t i = 0; i < node->attribute_count; i++) {
        putchar(' ');
        print_text(node->attributes[i].name);
        printf("='");
        print_text(node->attributes[i].value);
        putchar('\'');
    }
    printf(" @%lu\n", node->line);
}

static void print_row(const struct vot_row *row) {
    printf("row");
    for (size_t i = 0; i < row->count; i++) {
        const struct vot_cell *cell = &row->cells[i];
        static const char *const marks[] = {"`'", "[]", "{}", "--"};
        printf(" %c", marks[cell->form][0]);
        if (cell->form == VOT_BYTES)
            for (size_t j = 0; j < cell->length; j++) printf("%02x", (unsigned char)cell->bytes[j]);
        else
            print_text((struct slice){cell->bytes, cell->length});
        putchar(marks[cell->form][1]);
    }
    putchar('\n');
}

static void print_event(struct vot_reader *reader, enum vot_event event) {
    switch (event) {
    case VOT_START: print_start(vot_node(reader), "start"); break;
    case VOT_ROWS: print_start(vot_node(reader), "rows"); break;
    case VOT_TEXT_RUN:
        printf("text%s ", vot_node(reader)->is_cdata ? " CDATA" : "");
        print_text(vot_node(reader)->text);
        printf(" @%lu\n", vot_node(reader)->line);
        break;
    case VOT_FINISH:
        printf("finish ");
        print_text(vot_node(reader)->name);
        putchar('\n');
        break;
    case VOT_ROW: print_row(vot_current_row(reader)); break;
    case VOT_ROWS_END: printf("rows end %llu\n", (unsigned long long)vot_current_table(reader)->rows); break;
    case VOT_END: printf("end\n"); break;
    case VOT_ERROR: break;
    }
}

/* Standard input becomes the file in packets, each of which one read() gets. Returns the writer. */
static pid_t send_in_packets(const char *name, size_t size) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0) exit(2);
    pid_t writer = fork();
    if (writer == 0) {
        FILE *file = fopen(name, "rb");
        char *packet = malloc(size);
        signal(SIGPIPE, SIG_IGN);
        close(ends[0]);
        for (size_t got; file && packet && (got = fread(packet, 1, size, file)) > 0;)
            if (write(ends[1], packet, got) < 0) break;
        _exit(0);
    }
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    return writer;
}

static void read_file(const char *name, bool skips) {
    struct error error = {0};
    enum vot_event event = VOT_ERROR;
    struct vot_reader *reader = vot_open(name, &error);
    if (reader) {
        do {
            event = event == VOT_ROWS && skips ? vot_skip_rows(reader, &error) : vot_next(reader, &error);
            print_event(reader, event);
        } while (event > VOT_END);
    }
    if (event == VOT_ERROR) printf("error %d %s\n", error.is_input, error.text ? error.text : "(no words)");
    if (reader && vot_next(reader, &error) != event) printf("the last event does not stay\n");
    error_clear(&error);
    vot_close(reader);
}

int main(int count, char **arguments) {
    bool skips = false;
    size_t packet = 0;
    int option;
    while ((option = getopt(count, arguments, "sp:")) != -1) {
        if (option == 's')
            skips = true;
        else
            packet = strtoul(optarg, NULL, 10);
    }
    for (int i = optind; i < count; i++) {
        printf("== %s\n", arguments[i]);
        fflush(stdout);
        pid_t writer = packet ? send_in_packets(arguments[i], packet) : 0;
        read_file(packet ? "-" : arguments[i], skips);
        if (!packet) continue;
        int nothing = open("/dev/null", O_RDONLY);
        dup2(nothing, STDIN_FILENO); /* the writer, if it still writes, has nobody to write to */
        close(nothing);
        waitpid(writer, NULL, 0);
    }
    return 0;
}
