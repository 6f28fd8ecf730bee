/* votcat.c - VOTables one after the other in one document. Each is read twice, once for what must stand in front;
 * rows are written as they are read again. Where nothing remains of an output that is given up, the first reading leaps
 * over the rows; should anything be wrong, all is done again with rows that are checked before the first is written,
 * so that each input has its say. */
#include "io/reference.h"
#include "tools/conversion.h"
#include "tools/input.h"
#include "votable/again.h"
#include "votable/copy.h"
#include "votable/merge.h"

enum { NUMBER = 1, VERBOSE };

static const struct option options[] = {
    {OPTION_INDENT, 'i', "indent", OPTION_INTEGER, "N", "Blanks for each level of a VOTable, 0: one long line",
     .standard = "1", .bare = "0", .detail = "Without a number it is 0."},
    {NUMBER, 'n', "number", OPTION_FLAG, .help = "Give RESOURCEs without name the names res1, res2 and so on",
     .detail = "Every RESOURCE counts, in the order of the output."},
    {OPTION_FORMAT, 'f', "fmt", OPTION_VALUE, "FORMAT", "Output format", .choices = CONVERSION_FORMATS,
     .standard = "xml",
     .detail = "With vot, xml and raw each table keeps its serialization; votb, votb2 and votfits make it BINARY, "
               "BINARY2 and FITS. The other formats are those of votcnv. The original's names may be abbreviated."},
    {OPTION_OUTPUT, 'o', "output", OPTION_VALUE, "FILE", "Where to write", .standard = "stdout"},
    {VERBOSE, 'v', "verbose", OPTION_FLAG, .help = "Say how many RESOURCEs each input has"},
    THREADS_OPTION,
    {0},
};

static const struct example examples[] = {
    {"votcat -o all.xml a.xml b.xml c.xml", "the RESOURCEs of three files in a fourth"},
    {"votcat -n -f votb2 -o all.vot *.xml", "all files of a folder with BINARY2 data, every RESOURCE with a name"},
    {"curl -s https://example.org/new.xml | votcat -i 2 old.xml -", "something new behind something old"},
    {0},
};

/* Two tables are the least: the second is given here. */
#define EMPTY "<VOTABLE><RESOURCE/></VOTABLE>"
static const char *const self_tests[] = {
    EMPTY, "-i 2 " EMPTY, "-n -v " EMPTY, "-f votb2 " EMPTY, "--fmt=html " EMPTY, "indent=0 " EMPTY, NULL,
};

struct input {
    struct again again;
    struct merge_input merged;
    bool has_failed; /* in a first reading that cannot be repeated, for this reason */
    struct error failure;
};

struct job {
    const struct arguments *arguments;
    struct sink_settings settings;
    struct spool *spool;
    struct input *inputs;
    size_t count;
    struct merge merge;
    size_t resources, tables; /* of all inputs */
    size_t written;           /* RESOURCEs */
    bool leaps;               /* the first reading, over the rows */
};

static const char *name_of(const struct input *input) {
    return reference_shown(input->again.argument);
}

/* The whole tree; rows are passed over. */
static bool read_tree(struct vot_reader *reader, bool leaps, struct error *error) {
    enum vot_event event;
    while ((event = vot_next(reader, error)) != VOT_END) {
        if (event == VOT_ROWS) event = leaps ? vot_leap_rows(reader, error) : vot_skip_rows(reader, error);
        if (event == VOT_ERROR) return false;
    }
    return true;
}

static uint64_t count_rows(const struct vot_node *root) {
    uint64_t rows = 0;
    for (const struct vot_node *node = root; node; node = vot_next_node(node, root))
        if (node->table) rows += node->table->rows;
    return rows;
}

static bool read_first(struct job *job, struct input *input, struct error *error) {
    if (input->has_failed) {
        *error = input->failure;
        input->failure = (struct error){0};
        return false;
    }
    bool is_again = input->again.is_kept;
    struct vot_reader *reader = is_again ? again_read(&input->again, error) : again_read_first(&input->again, error);
    bool done = reader && read_tree(reader, job->leaps && !input->again.is_kept, error) &&
                merge_add(&job->merge, vot_root(reader), &input->merged, error);
    if (done) input->merged.rows = count_rows(vot_root(reader));
    vot_close(reader);
    again_close(&input->again);
    if (!done) return false;
    job->resources += input->merged.resources;
    job->tables += input->merged.tables;
    if (arguments_flag(job->arguments, VERBOSE)) message("%s: %zu resources", name_of(input), input->merged.resources);
    return true;
}

/* All inputs, each with its own messages unless that is for later. false: one cannot be read. */
static bool read_all(struct job *job) {
    bool is_all = true;
    for (size_t i = 0; i < job->count; i++) {
        struct input *input = &job->inputs[i];
        struct error error = {0};
        if (read_first(job, input, &error)) continue;
        is_all = false;
        input->has_failed = job->leaps && input->again.is_kept;
        if (input->has_failed)
            input->failure = error;
        else if (job->leaps)
            error_clear(&error);
        else
            fail_input(&error, name_of(input));
    }
    return is_all;
}

/* The root's DESCRIPTION becomes the RESOURCE's. */
static bool move_description(struct vot_reader *reader, struct vot_node *resource, const struct merge_input *merged,
                             struct sink *sink, struct error *error) {
    const struct vot_node *node = vot_child(vot_root(reader), VOT_DESCRIPTION);
    if (!merged->moves_description || !node) return true;
    struct vot_node *copy = copy_tree(node, resource, vot_arena(reader));
    if (!copy) return error_set_memory(error);
    return merge_adopt(merged, copy, true, vot_arena(reader), error) && sink_replay(sink, copy, NULL, NULL, error);
}

static bool name_resource(const struct job *job, struct vot_node *resource, struct arena *arena, struct error *error) {
    struct buffer name = {0};
    if (!arguments_flag(job->arguments, NUMBER) || vot_attribute(resource, "name").length > 0) return true;
    buffer_append_format(&name, "res%zu", job->written);
    struct slice copy = name.is_incomplete ? (struct slice){0} : arena_copy(arena, buffer_slice(&name));
    buffer_free(&name);
    return (copy.text && copy_set_attribute(resource, SLICE("name"), copy, arena)) || error_set_memory(error);
}

/* An element opens in a RESOURCE. */
static bool start_node(struct job *job, struct vot_reader *reader, const struct merge_input *merged, bool is_first,
                       struct sink *sink, struct error *error) {
    struct vot_node *node = (struct vot_node *)vot_node(reader); /* the tree is ours alone, and may be mended */
    struct arena *arena = vot_arena(reader);
    bool is_top = node->parent == vot_root(reader);
    if (!merge_adopt(merged, node, is_top, arena, error)) return false;
    if (!is_top) return sink_start(sink, node, error);
    job->written++;
    return name_resource(job, node, arena, error) && sink_start(sink, node, error) &&
           (!is_first || move_description(reader, node, merged, sink, error));
}

/* The RESOURCEs of a document. */
static bool write_resources(struct job *job, struct vot_reader *reader, const struct merge_input *merged,
                            struct sink *sink, struct error *error) {
    enum vot_event event;
    bool is_inside = false, is_first = true;
    while ((event = vot_next(reader, error)) != VOT_END && !output_failed(sink->output)) {
        const struct vot_node *node = vot_node(reader);
        bool done = true, is_top = node && node->element == VOT_RESOURCE && node->parent == vot_root(reader);
        if (event == VOT_ERROR) return false;
        if (event == VOT_START && is_top) is_inside = true;
        if (!is_inside) continue;
        if (event == VOT_START) {
            done = start_node(job, reader, merged, is_first, sink, error);
            is_first = false;
        } else {
            done = sink_event(sink, reader, event, error);
        }
        if (!done) return false;
        if (event == VOT_FINISH && is_top) is_inside = false;
    }
    return true;
}

static bool write_all(struct job *job, struct sink *sink, const struct input **current, struct error *error) {
    bool needs_binary2 = format_has_binary2(job->settings.format);
    if (!merge_write_head(&job->merge, needs_binary2, sink, error)) return false;
    for (size_t i = 0; i < job->count; i++) {
        if (job->settings.format == FORMAT_SHTML && job->written > 0) break; /* it shows the first RESOURCE alone */
        struct input *input = &job->inputs[i];
        *current = input;
        sink->settings.input_name = name_of(input);
        struct vot_reader *reader = again_read(&input->again, error);
        bool done = reader && write_resources(job, reader, &input->merged, sink, error);
        if (done) input->merged.rows = count_rows(vot_root(reader));
        vot_close(reader);
        if (!done) return false;
    }
    *current = NULL;
    return merge_write_tail(&job->merge, sink, error);
}

static void report_renamed(const struct merge_input *merged) {
    json_member(SLICE("renamed"));
    json_object_begin();
    for (size_t i = 0; i < merged->renamed.capacity; i++) {
        const struct text_entry *entry = &merged->renamed.entries[i];
        if (!entry->text.text || slice_equal(entry->text, entry->value)) continue;
        json_member(entry->text);
        json_text(entry->value);
    }
    json_object_end();
}

static void report(const struct job *job) {
    const char *file = arguments_value(job->arguments, OPTION_OUTPUT);
    uint64_t rows = 0;
    for (size_t i = 0; i < job->count; i++) rows += job->inputs[i].merged.rows;
    opset_text("format", slice_of(format_name(job->settings.format)));
    opset_integer("resources", (int64_t)job->resources);
    opset_integer("tables", (int64_t)job->tables);
    opset_integer("rows", (int64_t)rows);
    opset_begin("inputs");
    json_array_begin();
    for (size_t i = 0; i < job->count; i++) {
        const struct input *input = &job->inputs[i];
        json_object_begin();
        json_member(SLICE("input"));
        json_text(slice_of(name_of(input)));
        json_member(SLICE("resources"));
        json_integer((int64_t)input->merged.resources);
        json_member(SLICE("tables"));
        json_integer((int64_t)input->merged.tables);
        json_member(SLICE("rows"));
        json_integer((int64_t)input->merged.rows);
        report_renamed(&input->merged);
        json_object_end();
    }
    json_array_end();
    opset_end();
    if (file) opset_text("output", slice_of(file));
}

/* With its message, unless that is for later. */
static int fail_job(const struct job *job, struct error *error, const struct input *input) {
    if (!job->leaps) return error->is_input && input ? fail_input(error, name_of(input)) : fail_error(error);
    error_clear(error);
    return EXIT_FAILURE;
}

static int write_document(struct job *job) {
    struct error error = {0};
    const struct input *current = NULL;
    if (format_is_single(job->settings.format) && job->resources > 1) {
        error_set(&error, "Error: multiple RESOURCES not supported");
        return fail_job(job, &error, NULL);
    }
    job->settings.input_name = name_of(&job->inputs[0]);
    struct output *output = conversion_output(job->arguments, &error);
    struct sink *sink = output ? sink_open(job->settings, output, &error) : NULL;
    bool done = sink && write_all(job, sink, &current, &error);
    sink_settle(sink, &error);
    sink_close(sink);
    if (done)
        done = output_commit(output, &error);
    else if (output)
        output_discard(output);
    if (!done) return fail_job(job, &error, current);
    report(job);
    return EXIT_SUCCESS;
}

static void forget(struct job *job) {
    for (size_t i = 0; i < job->count; i++) {
        merge_input_free(&job->inputs[i].merged);
        job->inputs[i].merged = (struct merge_input){0};
    }
    merge_free(&job->merge);
    job->merge = (struct merge){0};
    job->resources = job->tables = job->written = 0;
}

static int concatenate(struct job *job) {
    /* what a page does not show is not read again; what is said of an input is said when it has been read */
    job->leaps = output_is_file(arguments_value(job->arguments, OPTION_OUTPUT)) &&
                 job->settings.format != FORMAT_SHTML && !arguments_flag(job->arguments, VERBOSE);
    int status = read_all(job) ? write_document(job) : EXIT_FAILURE;
    if (status == EXIT_SUCCESS || !job->leaps) return status;
    forget(job);
    job->leaps = false;
    return read_all(job) ? write_document(job) : EXIT_FAILURE;
}

static bool collect_inputs(struct job *job) {
    size_t standard = 0;
    for (size_t i = 0; i < job->arguments->count; i++) {
        if (job->arguments->items[i].option) continue;
        struct input *input = &job->inputs[job->count++];
        input->again = (struct again){.argument = job->arguments->items[i].value, .spool = job->spool};
        standard += reference_is_stdin(input->again.argument);
    }
    if (standard > 1) fail("Error: standard input can be read only once");
    return standard <= 1;
}

static int run(const struct arguments *arguments) {
    struct error error = {0};
    struct job job = {.arguments = arguments};
    if (arguments->operand_count < 2) return fail("Usage:  votcat [-o <out>] <vot1> <vot2> ....");
    if (!conversion_settings(arguments, &job.settings)) return EXIT_FAILURE;
    if (job.settings.format == FORMAT_VOTABLE) job.settings.format = FORMAT_AS_IS;
    if (!arguments_value(arguments, OPTION_INDENT)) job.settings.indent = 1;
    job.spool = spool_open(&error);
    job.inputs = calloc(arguments->operand_count, sizeof *job.inputs);
    int status = EXIT_FAILURE;
    if (!job.spool || !job.inputs)
        fail("not enough memory");
    else if (collect_inputs(&job))
        status = concatenate(&job);
    for (size_t i = 0; i < job.count; i++) {
        again_close(&job.inputs[i].again);
        error_clear(&job.inputs[i].failure);
    }
    forget(&job);
    free(job.inputs);
    spool_close(job.spool);
    error_clear(&error);
    return status;
}

const struct tool tool = {
    .name = "votcat",
    .summary = "put VOTables together in one",
    .synopsis = "[options] votable votable ...",
    .operands = "Two or more VOTables: files, URLs, XML text, and once - for standard input.",
    .description =
        "Writes one VOTable with all RESOURCEs of the inputs, in order and each with all that is in it. Its version is "
        "the highest of theirs. Nothing is written unless all of them can be read; each table keeps its serialization "
        "(TABLEDATA, BINARY, BINARY2, FITS) unless -f asks for another.\n\n"
        "What stands at the root of the inputs (INFO, PARAM, GROUP, COOSYS, TIMESYS) is put in front of the RESOURCEs, "
        "or behind them where it stood there; identical COOSYS and TIMESYS once. Of several DESCRIPTIONs the first "
        "one is kept; another becomes that of its input's first RESOURCE if this has none, and is left out otherwise. "
        "An ID that an earlier input has is given a suffix (_2, _3, ...), and references to it follow.\n\n"
        "Inputs are read twice, those that are no files (standard input, URLs, pipes) from a temporary file the "
        "second time; tables of any size pass in a few megabytes. HTML is written of all inputs, FITS with a binary "
        "table for each TABLE; text needs inputs that have one RESOURCE in all.",
    .options = options,
    .examples = examples,
    .environment = CONVERSION_ENVIRONMENT,
    .self_tests = self_tests,
    .run = run,
};
