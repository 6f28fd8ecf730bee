/* votsplit.c - a VOTable in pieces: a file for each table, RESOURCE, block of rows or value of a column. The input is
 * read twice: how many files there are, and all that stands around their rows, is known before one is written. */
#include "io/reference.h"
#include "table/column.h"
#include "tools/input.h"
#include "tools/split_job.h"

enum { BASE = 1, EXTENSION, ROWS, NAME, ID, UCD, COLUMN, RESOURCE, FOLDER, FORCE, DRY };

static const struct option options[] = {
    {BASE, 'b', "base", OPTION_VALUE, "TEXT", "What the names of the files begin with",
     .detail = "The name of the input without directory and extension when not given, table for standard input."},
    {EXTENSION, 'e', "extn", OPTION_VALUE, "TEXT", "What they end with, without the dot",
     .detail =
         "That of the format when not given: xml, csv, tsv, ecsv, json, jsonl, html or fits, and txt for asv and bsv."},
    {ROWS, 'n', "number", OPTION_INTEGER, "N", "Split each table into blocks of N rows", .unit = "rows"},
    {NAME, 'N', "name", OPTION_VALUE, "NAME", "Split by the values of the column of this name"},
    {ID, 'I', "id", OPTION_VALUE, "ID", "Split by the values of the column of this ID"},
    {UCD, 'U', "ucd", OPTION_VALUE, "UCD", "Split by the values of the column of this UCD"},
    {COLUMN, 'c', "col", OPTION_INTEGER, "N", "Split by the values of this column, counted from 0"},
    {RESOURCE, 'R', "resource", OPTION_FLAG, .help = "Write a file for each RESOURCE instead of each TABLE"},
    {FOLDER, 'D', "download", OPTION_VALUE, "DIR", "Where the files go, instead of here; made if there is none"},
    {OPTION_OUTPUT, 'o', "output", OPTION_VALUE, "FILE", "Where the list of the files goes", .standard = "stdout"},
    FORMAT_OPTION,
    INDENT_OPTION,
    NOHEADER_OPTION('H'),
    {FORCE, 'O', "force", OPTION_FLAG, .help = "Overwrite existing files"},
    {DRY, 0, "dry-run", OPTION_FLAG, .help = "List the files, write none", .is_new = true},
    THREADS_OPTION,
    {0},
};

static const struct example examples[] = {
    {"votsplit stars.xml", "stars0000.xml, stars0001.xml, ... with a table each"},
    {"votsplit -n 1000 -f csv -D parts -b part stars.xml", "parts/part0000.csv, ... with a thousand rows each"},
    {"votsplit -N var --dry-run stars.xml", "the files that there would be, one for each value of var"},
    {0},
};

static const char *const self_tests[] = {
    "--dry-run", "--dry-run -n 1", "--dry-run -c 0", "--dry-run -R -f votb2", "--dry-run -f csv -H -b x -e y", NULL,
};

/* What goes into one file. */
struct piece {
    struct split_job *job;
    const struct split_part *part;
    size_t number;    /* of the part's files */
    uint64_t rows;    /* of all its tables */
    uint64_t written; /* of them */
};

static bool find_column(struct split_job *job, const struct vot_node *table, size_t *column, struct error *error) {
    const char *number = arguments_value(job->arguments, COLUMN), *name = arguments_value(job->arguments, NAME),
               *id = arguments_value(job->arguments, ID), *ucd = arguments_value(job->arguments, UCD);
    long wanted = arguments_integer(job->arguments, COLUMN, 0);
    *column = (size_t)wanted;
    if (number && wanted >= 0 && *column < vot_count_children(vot_structure(table), VOT_FIELD)) return true;
    if (!number && column_find(table, name, id, ucd, column)) return true;
    return error_set(error, "Error: Cannot find split column '%s'", number ? number : name ? name : id ? id : ucd);
}

static bool add_part(struct split_job *job, const struct vot_node *node, struct error *error) {
    if (job->count == job->capacity) {
        size_t capacity = job->capacity ? job->capacity * 2 : 16;
        struct split_part *parts = reallocarray(job->parts, capacity, sizeof *parts);
        if (!parts) return error_set_memory(error);
        job->parts = parts;
        job->capacity = capacity;
    }
    job->parts[job->count++] = (struct split_part){.node = node};
    return true;
}

/* Whether the rows of a TABLE go into a file: one that stands in RESOURCEs alone, or with -R in one at the root. */
static bool is_written(const struct split_job *job, const struct vot_node *table) {
    const struct vot_node *node = table->parent;
    if (!node || !node->parent) return false;
    for (; node->parent->parent; node = node->parent)
        if (!job->by_resource && node->element != VOT_RESOURCE) return false;
    return node->element == VOT_RESOURCE;
}

static bool is_part(const struct split_job *job, const struct vot_node *node) {
    if (job->by_resource) return node->element == VOT_RESOURCE && node->parent && !node->parent->parent;
    return node->element == VOT_TABLE && is_written(job, node);
}

static bool group_rows(struct split_job *job, struct split_part *part, struct error *error) {
    const struct vot_table *table = vot_current_table(job->first);
    size_t column;
    if (!find_column(job, table->node, &column, error)) return false;
    part->groups = groups_open(table, column, &job->group_file, error);
    enum vot_event event = VOT_ROW;
    while (part->groups && (event = vot_next(job->first, error)) == VOT_ROW)
        if (!groups_add(part->groups, vot_current_row(job->first), error)) return false;
    return part->groups && event == VOT_ROWS_END && groups_finish(part->groups, error);
}

/* The rows of a table: counted, or put into groups. */
static bool take_rows(struct split_job *job, struct error *error) {
    struct split_part *part = job->count ? &job->parts[job->count - 1] : NULL;
    const struct vot_table *table = vot_current_table(job->first);
    bool is_ours = part && is_written(job, table->node);
    if (is_ours && !job->by_resource && part->node != table->node)
        return error_set_input(error, "line %lu: a TABLE with others inside cannot be split", table->node->line);
    bool done =
        is_ours && job->by_column ? group_rows(job, part, error) : vot_skip_rows(job->first, error) == VOT_ROWS_END;
    if (!is_ours) return done;
    part->rows += table->rows;
    return done;
}

static bool read_first(struct split_job *job, struct error *error) {
    enum vot_event event;
    job->first = again_read_first(&job->again, error);
    job->is_unread = !job->first;
    if (!job->first) return false;
    while ((event = vot_next(job->first, error)) != VOT_END) {
        const struct vot_node *node = vot_node(job->first);
        if (event == VOT_ERROR) return false;
        if (event == VOT_START && is_part(job, node) && !add_part(job, node, error)) return false;
        if (event == VOT_START && node->element == VOT_TABLE && job->count) job->parts[job->count - 1].tables++;
        if (event == VOT_ROWS && !take_rows(job, error)) return false;
    }
    for (size_t i = 0; i < job->count && job->by_column; i++) {
        size_t column;
        if (!find_column(job, job->parts[i].node, &column, error)) return false;
    }
    return excerpt_source_open(&job->source, vot_root(job->first), error);
}

static bool write_group(const struct piece *piece, struct sink *sink, const struct vot_table *table,
                        struct error *error) {
    struct vot_cell *cells = calloc(table->field_count + 1, sizeof *cells);
    bool done = cells ? sink_rows(sink, table, error) : error_set_memory(error);
    if (piece->rows > 0) groups_start(piece->part->groups, piece->number);
    for (uint64_t i = 0; done && i < piece->rows && !output_failed(sink->output); i++)
        done = groups_next(piece->part->groups, cells, error) &&
               sink_row(sink, table, &(struct vot_row){cells, table->field_count}, error);
    free(cells);
    return done && sink_rows_end(sink, table, error);
}

static bool has_changed(struct error *error) {
    return error_set_input(error, "the document changed while it was read");
}

/* The second reader at the first of the rows that come next. */
static bool find_rows(struct split_job *job, const struct vot_table *table, struct error *error) {
    while (!job->in_rows) {
        enum vot_event event = vot_next(job->second, error);
        if (event == VOT_ERROR) return false;
        if (event == VOT_END) return has_changed(error);
        if (event != VOT_ROWS) continue;
        if (!is_written(job, vot_current_table(job->second)->node)) {
            if (vot_skip_rows(job->second, error) != VOT_ROWS_END) return false;
            continue;
        }
        job->in_rows = true;
    }
    return vot_current_table(job->second)->field_count == table->field_count || has_changed(error);
}

/* Rows of the table as the second reader has them, up to the size of a block. */
static bool write_rows(void *context, struct sink *sink, const struct vot_table *table, struct error *error) {
    struct piece *piece = context;
    struct split_job *job = piece->job;
    if (piece->part->groups) return write_group(piece, sink, table, error);
    if (!find_rows(job, table, error)) return false;
    if (!sink_shows(sink, table)) {
        job->in_rows = false;
        return vot_skip_rows(job->second, error) == VOT_ROWS_END;
    }
    if (!sink_rows(sink, table, error)) return false;
    bool is_whole = job->block == 0;
    while ((is_whole || piece->written < piece->rows) && !output_failed(sink->output)) {
        enum vot_event event = vot_next(job->second, error);
        if (event == VOT_ERROR) return false;
        if (event == VOT_ROWS_END) job->in_rows = false;
        if (event == VOT_ROWS_END && !is_whole) return has_changed(error);
        if (event == VOT_ROWS_END) break;
        piece->written++;
        if (!sink_row(sink, table, vot_current_row(job->second), error)) return false;
    }
    bool is_last = !is_whole && piece->number + 1 == split_count_files(job, piece->part);
    if (is_last && vot_skip_rows(job->second, error) != VOT_ROWS_END) return false;
    if (is_last) job->in_rows = false;
    return sink_rows_end(sink, table, error);
}

static bool make_excerpt(struct piece *piece, struct excerpt *excerpt, struct error *error) {
    const struct groups *groups = piece->part->groups;
    if (!excerpt_make(excerpt, &piece->job->source, piece->part->node, error)) return false;
    if (excerpt->table && (groups || piece->job->block) && !excerpt_set_rows(excerpt, piece->rows, error)) return false;
    if (!groups || groups_count(groups) == 0) return true;
    return excerpt_add_info(excerpt, SLICE("split_value"), groups_value(groups, piece->number), error);
}

static bool write_file(struct piece *piece, struct error *error) {
    struct split_job *job = piece->job;
    struct excerpt excerpt = {0};
    bool is_dry = arguments_flag(job->arguments, DRY);
    struct output *output = is_dry ? output_open_nowhere(error) : series_next(&job->series, error);
    struct sink *sink = output ? sink_open(job->settings, output, error) : NULL;
    bool done = sink && make_excerpt(piece, &excerpt, error) &&
                sink_replay(sink, excerpt.root, write_rows, piece, error) && sink_end(sink, error);
    done = conversion_close(sink, output, done, error);
    excerpt_free(&excerpt);
    return done;
}

static bool write_all(struct split_job *job, struct error *error) {
    for (size_t i = 0; i < job->count; i++) {
        size_t files = split_count_files(job, &job->parts[i]);
        for (size_t number = 0; number < files; number++) {
            struct piece piece = {job, &job->parts[i], number, split_count_rows(job, &job->parts[i], number), 0};
            if (!write_file(&piece, error)) return false;
            output_format(job->list, "%s\n", series_path(&job->series, job->series.written++));
        }
    }
    return true;
}

static bool open_series(struct split_job *job, struct error *error) {
    const char *base = arguments_value(job->arguments, BASE), *folder = arguments_value(job->arguments, FOLDER),
               *extension = arguments_value(job->arguments, EXTENSION);
    char *own = base ? strdup(base) : series_base_of(job->again.argument);
    if (!own) return error_set_memory(error);
    bool done = series_open(&job->series, folder ? folder : ".", own,
                            extension ? extension : format_extension(job->settings.format), error);
    free(own);
    job->series.may_replace = arguments_flag(job->arguments, FORCE);
    return done;
}

/* All that can be known to go wrong does before anything is written. */
static bool prepare(struct split_job *job, struct error *error) {
    const struct arguments *arguments = job->arguments;
    bool is_dry = arguments_flag(arguments, DRY);
    if (!open_series(job, error) || !read_first(job, error)) return false;
    for (size_t i = 0; i < job->count; i++) job->files += split_count_files(job, &job->parts[i]);
    if (!is_dry && !series_check(&job->series, job->files, error)) return false;
    bool is_returned = arguments_return(arguments);
    job->list =
        is_returned ? output_open_nowhere(error) : output_open(arguments_value(arguments, OPTION_OUTPUT), error);
    if (!job->list) return false;
    job->second = again_read(&job->again, error); /* before the first file is there: it may replace the input */
    job->is_unread = !job->second;
    if (!job->second) return false;
    if (!is_dry) series_guard(&job->series);
    return is_dry || job->files == 0 || series_make_folder(&job->series, error);
}

static bool parse(struct split_job *job) {
    const struct arguments *arguments = job->arguments;
    const char *rows = arguments_value(arguments, ROWS);
    if (!conversion_settings(arguments, &job->settings)) return false;
    if (job->settings.format == FORMAT_EXCHANGE) job->settings.format = FORMAT_VOTABLE; /* of files, not of the list */
    job->settings.threads = 1; /* files are many, and each is small */
    if (rows && arguments_integer(arguments, ROWS, 0) < 1) {
        fail("Error: invalid row count '%s'", rows);
        return false;
    }
    job->block = (uint64_t)arguments_integer(arguments, ROWS, 0);
    job->by_resource = arguments_flag(arguments, RESOURCE);
    job->by_column = arguments_value(arguments, NAME) || arguments_value(arguments, ID) ||
                     arguments_value(arguments, UCD) || arguments_value(arguments, COLUMN);
    if ((job->block > 0) + job->by_resource + job->by_column > 1) {
        fail("Error: rows (-n), RESOURCEs (-R) and a column (-N, -I, -U, -c) are three ways to split, of which one is "
             "taken");
        return false;
    }
    return true;
}

static void free_job(struct split_job *job) {
    for (size_t i = 0; i < job->count; i++) groups_close(job->parts[i].groups);
    group_file_close(&job->group_file);
    free(job->parts);
    excerpt_source_close(&job->source);
    vot_close(job->first);
    vot_close(job->second);
    again_close(&job->again);
    series_close(&job->series);
    spool_close(job->spool);
}

static int run(const struct arguments *arguments) {
    struct error error = {0};
    struct split_job job = {
        .arguments = arguments, .again = {.argument = arguments->first_operand}, .group_file = GROUP_FILE_EMPTY};
    if (!parse(&job)) return EXIT_FAILURE;
    job.again.spool = job.spool = spool_open(&error);
    const char *input = job.settings.input_name = reference_shown(arguments->first_operand);
    bool done = job.spool && prepare(&job, &error) && write_all(&job, &error);
    done = output_close(job.list, done, &error);
    if (done) {
        series_release();
        split_report(&job);
    } else if (!arguments_flag(arguments, DRY)) {
        series_undo(&job.series);
    }
    int status = EXIT_SUCCESS;
    if (!done) status = error.is_input || job.is_unread ? fail_input(&error, input) : fail_error(&error);
    free_job(&job);
    return status;
}

const struct tool tool = {
    .name = "votsplit",
    .summary = "split a VOTable into several files",
    .synopsis = "[options] [votable]",
    .operands = INPUT_OPERANDS,
    .description =
        "Writes each TABLE of a VOTable to a file of its own and lists the files, one a line. A file has the RESOURCE "
        "of its table, with all that is in it but other TABLEs and RESOURCEs (those of type meta come along: "
        "annotations "
        "by MIVOT, services), and all that stands at the root. A "
        "COOSYS, TIMESYS or PARAM of another RESOURCE comes along where it is referred to; references to what is not "
        "in the file are left out. With -R each RESOURCE at the root is written whole.\n\n"
        "With -n each table is cut into blocks of rows. With -N, -I, -U or -c, each is split by the text in one "
        "column, without outer blanks: a file for each value, in the order in which they appear, with an INFO named "
        "split_value; the column must be in all tables. A table without rows gives one "
        "file.\n\n"
        "Files are named by the input and a number: stars0000.xml, stars0001.xml, and so on. Unless -O is given "
        "nothing is written when one of them is there already; when something fails later, the files written are "
        "removed again. votcat puts the tables together again.",
    .options = options,
    .examples = examples,
    .environment = INPUT_ENVIRONMENT,
    .self_tests = self_tests,
    .run = run,
};
