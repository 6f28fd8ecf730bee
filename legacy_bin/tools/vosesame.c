/* vosesame.c - object names to positions, and positions from one notation to the other.
 * Reads the command line in order: names wait until a batch of them is worth a request. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/message.h"
#include "cli/opset.h"
#include "cli/tool.h"
#include "io/output.h"
#include "services/names.h"
#include "services/sesame_cache.h"
#include "services/target_text.h"
#include "sky/angle.h"

enum {
    ALL = 1,
    DECIMAL,
    ERRORS,
    NAME,
    SEX,
    TYPE,
    FORCE,
    OUTPUT,
    POS,
    QUIET,
    VERBOSE,
    ASCII,
    COMMA,
    TAB,
    PADDED,
    HEADER,
    INIT_CACHE,
    INVERT,
    RESOLVER,
    SERVICE,
    TIMEOUT,
    DOCUMENT,
};

static const struct option options[] = {
    {ALL, 'a', "all", OPTION_FLAG, NULL, "Every field, in a fixed order"},
    {DECIMAL, 'd', "decimal", OPTION_FLAG, NULL, "Right ascension and declination, ICRS, decimal degrees (default)"},
    {ERRORS, 'e', "errors", OPTION_FLAG, NULL, "Errors of both, milliarcseconds"},
    {NAME, 'n', "name", OPTION_FLAG, NULL, "The name as asked for"},
    {SEX, 's', "sex", OPTION_FLAG, NULL, "Right ascension and declination, sexagesimal"},
    {TYPE, 't', "type", OPTION_FLAG, NULL, "Object type, Unknown if there is none"},
    {FORCE, 'f', "force", OPTION_FLAG, NULL, "Ask the service even if the answer is cached"},
    {OUTPUT, 'o', "output", OPTION_VALUE, "FILE", "Where to write", .standard = "stdout"},
    {POS, 'p', "pos", OPTION_VALUE, "RA,DEC", "Convert this position, without network", .is_repeatable = true,
     .detail = "With colons right ascension is in hours, without it is in degrees."},
    {QUIET, 'q', "quiet", OPTION_FLAG, NULL, "No warnings"},
    {VERBOSE, 'v', "verbose", OPTION_FLAG, NULL, "Undoes -q; more warnings"},
    {ASCII, 'A', "ascii", OPTION_FLAG, NULL, "Separate by blanks (default)"},
    {COMMA, 'C', "comma", OPTION_FLAG, NULL, "Separate by commas", .aliases = "csv"},
    {TAB, 'T', "tab", OPTION_FLAG, NULL, "Separate by TAB characters", .aliases = "tsv"},
    {PADDED, 'F', "format", OPTION_FLAG, NULL, "Fixed column widths, with -a and blanks (default there)"},
    {HEADER, 'H', "header", OPTION_FLAG, NULL, "One header line first"},
    {INIT_CACHE, 'I', "init_cache", OPTION_ACTION, NULL, "Empty the cache and exit"},
    {INVERT, 'i', "invert", OPTION_FLAG, NULL, "Print only the names that are not resolved", .is_new = true},
    {RESOLVER, 0, "resolver", OPTION_VALUE, "LETTERS", "Where to look, in order: S(imbad) N(ED) V(izieR); A asks all",
     .standard = "SNV", .is_new = true},
    {SERVICE, 0, "service", OPTION_VALUE, "URL", "Base address of a Sesame service; several are tried in turn",
     .standard = "VOC_SESAME_URL, else the public ones", .is_new = true, .is_repeatable = true},
    {TIMEOUT, 0, "timeout", OPTION_REAL, "SECS", "Time allowed for a request", .standard = "30", .unit = "s",
     .is_new = true},
    {DOCUMENT, 0, "fmt", OPTION_VALUE, "FORMAT", "A document instead of lines", .choices = "votable json",
     .is_new = true},
    {0}};

static const struct example examples[] = {
    {"vosesame m31", "the position of M31"},
    {"vosesame -st m31 m51", "sexagesimal positions and types"},
    {"vosesame -CHndt @names.txt", "comma-separated lines with a header for the names in a file"},
    {"vosesame -s -p 187.5,2.05", "a position in sexagesimal notation"},
    {NULL, NULL}};

/* One call of the program. */
struct session {
    const struct arguments *arguments;
    struct names *names;
    struct output *output;
    struct target_layout layout;
    int document; /* enum target_document, -1: lines */
    bool is_quiet, is_verbose, is_inverted;
    unsigned long seen, shown, unresolved;
    char **waiting; /* names that wait to be asked for */
    size_t waiting_count;
    struct buffer failed; /* names not resolved, each with its NUL, for the OPset */
    bool told_failure;
    struct error error; /* ends the run */
};

static void tell_row(const struct sesame_object *object) {
    opset_row_begin();
    json_member(SLICE("name")), json_text(slice_of(object->name));
    json_member(SLICE("ra")), json_double(object->ra_deg);
    json_member(SLICE("dec")), json_double(object->dec_deg);
    json_member(SLICE("ra_error")), json_double(object->ra_error_mas);
    json_member(SLICE("dec_error")), json_double(object->dec_error_mas);
    json_member(SLICE("type")), json_text(slice_of(object->type));
    json_member(SLICE("ra_hms")), json_text(slice_of(object->ra_text));
    json_member(SLICE("dec_dms")), json_text(slice_of(object->dec_text));
    opset_row_end();
}

static void show(struct session *session, const struct sesame_object *object, bool is_typed) {
    tell_row(object);
    if (session->seen++ == 0 && session->document < 0 && arguments_flag(session->arguments, HEADER))
        target_write_header(session->output, &session->layout);
    if (session->is_inverted) return;
    if (session->document >= 0)
        target_document_row(session->output, session->document, object, session->shown++ == 0);
    else
        target_write_line(session->output, &session->layout, object, is_typed);
}

static void show_unresolved(struct session *session, const char *name, bool is_from_stdin) {
    session->seen++;
    session->unresolved++;
    if (!buffer_append(&session->failed, name, strlen(name) + 1)) error_set_memory(&session->error);
    if (session->is_inverted) output_format(session->output, "%s\n", name);
    if (session->is_quiet) return;
    message(is_from_stdin ? "Warning: cannot resolve target/access file '%s'" : "Warning: Cannot resolve target '%s'",
            name);
}

static void answer(struct session *session, const char *name, bool is_from_stdin) {
    bool is_stale;
    const struct sesame_object *object = names_find(session->names, name, &is_stale);
    if (names_failure(session->names) && !session->told_failure) {
        fail("Error: name resolver not reachable: %s", names_failure(session->names));
        session->told_failure = true;
    }
    if (session->is_verbose && is_stale) message("Warning: the position of '%s' comes from the cache", name);
    if (session->is_verbose && object && !object->is_found && object->note)
        message("Warning: '%s': %s", name, object->note);
    if (object && object->is_found)
        show(session, object, false);
    else
        show_unresolved(session, name, is_from_stdin);
}

/* Ask for all names that wait, and answer them in order. */
static void answer_waiting(struct session *session, bool is_from_stdin) {
    size_t count = session->waiting_count;
    session->waiting_count = 0;
    if (count && !session->error.text)
        names_resolve(session->names, (const char *const *)session->waiting, count, &session->error);
    for (size_t i = 0; i < count; i++) {
        if (!session->error.text) answer(session, session->waiting[i], is_from_stdin);
        free(session->waiting[i]);
    }
    if (is_from_stdin) {
        output_flush(session->output);
        opset_flush();
    }
}

static void take_name(struct session *session, const char *name) {
    char *copy = strdup(name);
    if (!copy) error_set_memory(&session->error);
    if (session->error.text) {
        free(copy);
        return;
    }
    session->waiting[session->waiting_count++] = copy;
    if (session->waiting_count == SESAME_BATCH) answer_waiting(session, false);
}

/* Names, one a line; those of standard input are answered one at a time. */
static void take_lines(struct session *session, FILE *file, const char *name) {
    bool is_stdin = file == stdin;
    char *line = NULL;
    size_t room = 0;
    for (ssize_t length; !session->error.text && (length = getline(&line, &room, file)) > 0;) {
        struct slice target = slice_trim((struct slice){line, (size_t)length});
        if (target.length == 0 || target.text[0] == '#') continue;
        line[target.text - line + target.length] = '\0';
        take_name(session, target.text);
        if (is_stdin) answer_waiting(session, true);
    }
    if (!session->error.text && !feof(file)) error_set_errno(&session->error, "Error: cannot read '%s'", name);
    free(line);
}

/* A file of names, or NULL: not one that can be read. */
static FILE *open_list(const char *name) {
    struct stat status;
    if (stat(name, &status) != 0 || S_ISDIR(status.st_mode)) return NULL;
    return fopen(name, "re");
}

static void take_operand(struct session *session, const struct argument *argument) {
    const char *text = argument->value;
    bool is_list = !argument->is_literal && text[0] == '@';
    bool is_name = argument->is_literal || strncmp(text, "name:", 5) == 0;
    bool is_stdin = !is_name && strcmp(text, "-") == 0;
    if (is_name && !argument->is_literal) text += 5;
    errno = 0;
    FILE *file = is_name || is_stdin ? NULL : open_list(is_list ? text + 1 : text);
    if (!file && errno == ENOMEM) {
        error_set_memory(&session->error);
    } else if (file) {
        take_lines(session, file, is_list ? text + 1 : text);
        fclose(file);
    } else if (is_stdin) {
        answer_waiting(session, false);
        take_lines(session, stdin, "stdin");
    } else if (is_list) {
        answer_waiting(session, false);
        fail("Cannot access target file '%s'", text + 1);
        session->unresolved++;
    } else {
        take_name(session, text);
    }
}

static bool convert(struct session *session, const char *text) {
    const char *comma = strchr(text, ',');
    struct slice ra = slice_trim((struct slice){text, comma ? (size_t)(comma - text) : 0});
    struct slice dec = slice_trim(slice_of(comma ? comma + 1 : ""));
    struct sesame_object object = {.name = "UserCoord", .type = "Unknown", .is_found = true};
    if (!comma || !angle_read_ra(ra, &object.ra_deg) || !angle_read_dec(dec, &object.dec_deg))
        return error_set(&session->error, "ERROR: Invalid '-p' syntax");
    if (object.ra_deg < 0 || object.ra_deg > 360 || object.dec_deg < -90 || object.dec_deg > 90)
        return error_set(&session->error, "ERROR: position '%s' is out of range (0 to 360 and -90 to 90 degrees)",
                         text);
    char ra_room[ANGLE_ROOM], dec_room[ANGLE_ROOM];
    char *ra_typed = strndup(ra.text, ra.length), *dec_typed = strndup(dec.text, dec.length);
    angle_write_ra(ra_room, object.ra_deg, 1);
    angle_write_dec(dec_room, object.dec_deg, 1, false);
    object.ra_text = angle_is_sexagesimal(ra) ? ra_typed : ra_room; /* what was typed is shown as typed */
    object.dec_text = angle_is_sexagesimal(dec) ? dec_typed : dec_room;
    if (ra_typed && dec_typed)
        show(session, &object, true);
    else
        error_set_memory(&session->error);
    free(ra_typed);
    free(dec_typed);
    return !session->error.text;
}

/* The letters d e n s t in the order in which they were given; into `room`, which has one byte for each item.
 * `type-` takes back the -t before it. */
static void read_fields(const struct arguments *arguments, char *room) {
    size_t count = 0;
    for (size_t i = 0; i < arguments->count; i++) {
        const struct argument *item = &arguments->items[i];
        if (!item->option || item->option->id < DECIMAL || item->option->id > TYPE) continue;
        char letter = item->option->letter;
        if (item->is_on) {
            room[count++] = letter;
            continue;
        }
        size_t kept = 0;
        for (size_t j = 0; j < count; j++)
            if (room[j] != letter) room[kept++] = room[j];
        count = kept;
    }
    room[count] = '\0';
}

/* What the other options say of the output. */
static bool read_settings(struct session *session, char *fields) {
    const struct arguments *arguments = session->arguments;
    read_fields(arguments, fields);
    session->layout = (struct target_layout){.separator = ' ',
                                             .is_padded = true,
                                             .is_all = arguments_flag(arguments, ALL),
                                             .fields = *fields ? fields : "d"};
    for (size_t i = 0; i < arguments->count; i++) {
        const struct argument *item = &arguments->items[i];
        switch (item->option && item->is_on ? item->option->id : 0) {
        case ASCII: session->layout.separator = ' '; break;
        case COMMA: session->layout.separator = ','; break;
        case TAB: session->layout.separator = '\t'; break;
        case QUIET: session->is_quiet = true, session->is_verbose = false; break;
        case VERBOSE: session->is_quiet = false, session->is_verbose = true; break;
        default: break;
        }
        if (item->option && item->option->id == PADDED) session->layout.is_padded = item->is_on;
    }
    if (session->layout.separator != ' ') session->layout.is_padded = false;
    session->is_inverted = arguments_flag(arguments, INVERT);
    const char *document = arguments_value(arguments, DOCUMENT);
    session->document = !document ? -1 : strcmp(document, "json") == 0 ? TARGET_JSON : TARGET_VOTABLE;
    if (session->document == TARGET_VOTABLE && strcmp(document, "votable") != 0)
        return error_set(&session->error, "Error: invalid format '%s' (votable or json)", document);
    if (document && session->is_inverted)
        return error_set(&session->error, "Error: --fmt and --invert exclude each other");
    return true;
}

/* --service and the like; `bases` has room for every item. */
static bool read_service(struct session *session, struct sesame_service *service, const char **bases) {
    const struct arguments *arguments = session->arguments;
    service->bases = bases;
    for (size_t i = 0; i < arguments->count; i++)
        if (arguments->items[i].option && arguments->items[i].option->id == SERVICE)
            bases[service->base_count++] = arguments->items[i].value;
    service->resolvers = arguments_value(arguments, RESOLVER);
    service->timeout_seconds = arguments_real(arguments, TIMEOUT, 0);
    service->ignores_cache = arguments_flag(arguments, FORCE);
    if (service->resolvers && !sesame_check_resolvers(service->resolvers))
        return error_set(&session->error, "Error: invalid resolver '%s' (letters S, N, V and A)", service->resolvers);
    session->names = names_open(service, arguments_flag(arguments, FORCE), &session->error);
    return session->names != NULL;
}

static void work(struct session *session) {
    const struct arguments *arguments = session->arguments;
    bool has_work = false;
    if (session->document >= 0) target_document_begin(session->output, session->document);
    for (size_t i = 0; i < arguments->count && !session->error.text; i++) {
        const struct argument *item = &arguments->items[i];
        if (item->option && item->option->id != POS) continue;
        has_work = true;
        if (!item->option) {
            take_operand(session, item);
        } else {
            answer_waiting(session, false);
            if (!session->error.text) convert(session, item->value);
        }
    }
    if (!has_work) take_lines(session, stdin, "stdin");
    answer_waiting(session, false);
    if (session->document >= 0) target_document_end(session->output, session->document);
}

static void tell_unresolved(struct session *session) {
    opset_begin("unresolved");
    json_array_begin();
    for (size_t at = 0; at < session->failed.length; at += strlen(session->failed.bytes + at) + 1)
        json_text(slice_of(session->failed.bytes + at));
    json_array_end();
    opset_end();
}

static int finish(struct session *session) {
    enum { MOST = 125 }; /* larger ones mean other things to a shell */
    if (session->error.text) {
        output_discard(session->output);
        return fail_error(&session->error);
    }
    if (!output_commit(session->output, &session->error)) return fail_error(&session->error);
    tell_unresolved(session);
    if (session->seen == 0 && session->unresolved == 0 && !session->is_quiet)
        message("Warning: No target name specified.");
    return session->unresolved > MOST ? MOST : (int)session->unresolved;
}

static int run(const struct arguments *arguments) {
    struct session session = {.arguments = arguments};
    struct sesame_service service = {0};
    if (arguments->count && arguments->items[arguments->count - 1].option &&
        arguments->items[arguments->count - 1].option->id == INIT_CACHE)
        return sesame_cache_empty(&session.error) ? EXIT_SUCCESS : fail_error(&session.error);
    char *fields = malloc(arguments->count + 1);
    const char **bases = calloc(arguments->count + 1, sizeof *bases);
    session.waiting = calloc(SESAME_BATCH, sizeof *session.waiting);
    int status = EXIT_FAILURE;
    if (!fields || !bases || !session.waiting) {
        fail("not enough memory");
    } else if (!read_settings(&session, fields) || !read_service(&session, &service, bases)) {
        fail_error(&session.error);
    } else if (!(session.output = output_open(arguments_value(arguments, OUTPUT), &session.error))) {
        if (!error_is_memory(&session.error)) {
            error_clear(&session.error);
            error_set(&session.error, "Cannot open file '%s'", arguments_value(arguments, OUTPUT));
        }
        fail_error(&session.error);
    } else {
        work(&session);
        status = finish(&session);
    }
    names_close(session.names);
    buffer_free(&session.failed);
    free(session.waiting);
    free(fields);
    free(bases);
    return status;
}

const struct tool tool = {
    .name = "vosesame",
    .summary = "resolve object names to sky positions",
    .synopsis = "[options] [-p RA,DEC]... [NAME | FILE | @FILE]...\n[options] < FILE",
    .operands = "Object names, or files with one name a line; name:TEXT is always a name.",
    .description =
        "Positions come from the CDS Sesame service (Simbad, NED, VizieR) and are kept for 30 days. One line is "
        "printed "
        "for each name that is resolved; the fields come in the order in which their letters were given. Without "
        "operands and positions, names are read from standard input and answered one at a time.\n\n"
        "In a file of names, empty lines and lines that begin with # are skipped.",
    .options = options,
    .examples = examples,
    .exit_status = "The number of names that were not resolved (at most 125); 1 for a wrong option.",
    .environment = "VOC_SESAME_URL\tbase addresses of Sesame services, blank-separated, tried in turn\n"
                   "VOC_NO_CACHE\twhen set: the cache is neither read nor written\n"
                   "VOC_NO_NETWORK\twhen set: only the cache and -p are used\n"
                   "HOME\tthe cache is in $HOME/.voclient/cache/sesame\n"
                   "http_proxy, https_proxy, no_proxy\tproxies, as libcurl uses them\n",
    .run = run,
};
