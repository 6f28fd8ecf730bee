/* votget.c - the files that a VOTable or a list of URLs points to, downloaded side by side; or the URLs listed. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/opset.h"
#include "cli/tool.h"
#include "download/access_input.h"
#include "download/download.h"
#include "io/output.h"
#include "io/reference.h"
#include "services/samp.h"
#include "tools/get_report.h"

enum {
    BASE = 1,
    EXTENSION,
    FORMAT,
    SUM,
    TEMPORARY,
    UCD,
    OUTPUT,
    VERBOSE,
    EXTRACT,
    ACREF,
    BACKGROUND,
    CACHE,
    FOLDER,
    FORMAT_COLUMN,
    PARALLEL,
    FORCE,
    SAMP,
    MTYPE,
    DEBUG,
    LIMIT_RATE,
    FAILED,
    VERIFY,
    IDLE,
    WAIT,
};

static const struct option options[] = {
    {BASE, 'b', "base", OPTION_VALUE, "NAME", "What the names of the files begin with", .standard = "file"},
    {EXTENSION, 'e', "extn", OPTION_VALUE, "EXT", "Extension for every file, without the dot",
     .detail = "The contents are left as they are then. Without it gzip is undone, FITS files get the extension fits, "
               "and all others none."},
    {FORMAT, 'f', "fmt", OPTION_VALUE, "TEXT", "Only rows whose format contains this text, or is empty"},
    {SUM, 's', "sum", OPTION_FLAG, NULL, "Number the files by the checksum of their URL"},
    {TEMPORARY, 't', "tmp", OPTION_FLAG, NULL, "Delete the input file when everything has been downloaded"},
    {UCD, 'u', "ucd", OPTION_VALUE, "UCD", "UCD of the column of URLs", .standard = "VOX:Image_AccessReference",
     .detail = "When it is not given, columns with the UCD meta.ref.url or the utype of an access reference will do."},
    {OUTPUT, 'o', "output", OPTION_VALUE, "FILE", "Name of the only file; with -x, file for the list of URLs",
     .detail = "The list is appended to the file. A download goes to exactly this name, as it comes."},
    {VERBOSE, 'v', "verbose", OPTION_FLAG, NULL, "Tell of the progress"},
    {EXTRACT, 'x', "extract", OPTION_FLAG, NULL, "List the URLs on stderr, and download nothing"},
    {ACREF, 'A', "acref", OPTION_INTEGER, "N", "Number of the column of URLs, from 0"},
    {BACKGROUND, 'B', "bkg", OPTION_FLAG, NULL, "Return at once, download in the background"},
    {CACHE, 'C', "cache", OPTION_FLAG, NULL, "Keep the URL of each file in a file .NAME beside it"},
    {FOLDER, 'D', "download", OPTION_VALUE, "DIR", "Where the files go, instead of here; made if there is none"},
    {FORMAT_COLUMN, 'F', "fmtcol", OPTION_INTEGER, "N", "Number of the column of formats, from 0"},
    {PARALLEL, 'N', "num", OPTION_INTEGER, "N", "Files fetched at once, at most 64", .standard = "4"},
    {FORCE, 'O', "force", OPTION_FLAG, NULL, "Download even what is there already"},
    {SAMP, 'S', "samp", OPTION_FLAG, NULL, "Wait for SAMP messages that name tables, instead of reading one",
     .detail = "Until a line on standard input, or its end. The files are numbered on from message to message."},
    {MTYPE, 'm', "mtype", OPTION_VALUE, "MTYPE", "Type of message to wait for", .standard = "table.load.votable"},
    {DEBUG, 'd', "debug", OPTION_FLAG, NULL, "Print what is going to be done"},
    {LIMIT_RATE, 0, "limit-rate", OPTION_VALUE, "RATE",
     "Bytes a second for all together; k, M and G are powers of 1024", .is_new = true},
    {FAILED, 0, "failed", OPTION_VALUE, "FILE", "Write there what failed, as input for another run", .is_new = true,
     .detail = "A line for each file: its URL, a TAB, and its local name without extension."},
    {VERIFY, 0, "verify", OPTION_FLAG, NULL, "Test FITS files: their structure, DATASUM and CHECKSUM", .is_new = true,
     .detail = "A file that fails is not kept. Where the row's format or -e says FITS, anything else fails, too."},
    {IDLE, 0, "idle", OPTION_REAL, "SECS", "Time allowed for nothing to come", .standard = "60", .unit = "s",
     .is_new = true},
    {WAIT, 0, "wait", OPTION_REAL, "SECS", "Wait before the second try, doubled before the third", .standard = "0.5",
     .unit = "s", .is_new = true},
    {0},
};

static const struct example examples[] = {
    {"votget images.xml", "file0000, file0001, file0002.fits"},
    {"votget -D images -b m31_ -N 8 images.xml", "the same to images/m31_0000 and so on, eight at a time"},
    {"votget -x images.xml 2> urls.txt", "the URLs, one a line"},
    {"votget --failed=again.txt images.xml || votget again.txt", "a second attempt at what failed"},
    {"votget --verify --limit-rate=2M images.xml", "FITS files tested; at most two MiB a second"},
    {0},
};

static const char *const self_tests[] = {"-x -A 0", "-x -A 1 -F 0 -f no-such-format", "-xd --acref=2", NULL};

/* One call of the program. */
struct session {
    const struct arguments *arguments;
    struct access_list list;
    struct download_settings settings;
    struct get_report report;
    char *only_folder, *only_path; /* of -o */
    int signals;                   /* descriptor that tells of SIGINT and its like; -1: none */
    sigset_t blocked, before;
    int ending;   /* the signal that came, 0: none */
    size_t files; /* of earlier messages */
};

static bool is_plain(const char *text) {
    return text[0] != '.' && !strchr(text, '/') && access_name_is_safe(slice_of(*text ? text : "x"));
}

/* What the options say. false: one of them is wrong, and that has been said. */
static bool read_settings(struct session *session) {
    const struct arguments *arguments = session->arguments;
    const char *base = arguments_value(arguments, BASE), *extension = arguments_value(arguments, EXTENSION);
    const char *rate = arguments_value(arguments, LIMIT_RATE), *folder = arguments_value(arguments, FOLDER);
    long parallel = arguments_integer(arguments, PARALLEL, 4);
    if (base && (!is_plain(base) || !*base)) return fail("Error: '%s' cannot be part of a file name", base), false;
    if (extension && !is_plain(extension)) return fail("Error: '%s' cannot be part of a file name", extension), false;
    if (rate && !size_parse(rate, &session->settings.rate))
        return fail("Error: invalid rate '%s': bytes a second are expected, or k, M or G of them", rate), false;
    session->settings.folder = folder ? folder : "";
    session->settings.extension = extension && *extension ? extension : NULL;
    session->settings.replaces = arguments_flag(arguments, FORCE);
    session->settings.keeps_url = arguments_flag(arguments, CACHE);
    session->settings.verifies = arguments_flag(arguments, VERIFY);
    session->settings.parallel = parallel < 1                           ? 1
                                 : parallel > DOWNLOAD_PARALLEL_MAXIMUM ? DOWNLOAD_PARALLEL_MAXIMUM
                                                                        : (unsigned)parallel;
    session->settings.limits = (struct http_limits){
        .rounds = 3,
        .idle_seconds = arguments_real(arguments, IDLE, 0),
        .first_wait = arguments_real(arguments, WAIT, 0),
    };
    return true;
}

static struct access_choice choice_of(const struct arguments *arguments) {
    return (struct access_choice){
        .url_column = arguments_integer(arguments, ACREF, -1),
        .format_column = arguments_integer(arguments, FORMAT_COLUMN, -1),
        .ucd = arguments_value(arguments, UCD),
        .format = arguments_value(arguments, FORMAT),
    };
}

/* -x: on stderr, or appended to a file, all or nothing. */
static int list_urls(const struct session *session) {
    const char *name = arguments_value(session->arguments, OUTPUT);
    struct error error = {0};
    opset_begin("urls");
    json_array_begin();
    for (size_t i = 0; i < session->list.count; i++) json_text(slice_of(session->list.items[i].url));
    json_array_end();
    opset_end();
    if (!name) {
        for (size_t i = 0; i < session->list.count; i++) message("%s", session->list.items[i].url);
        return EXIT_SUCCESS;
    }
    if (!access_list_append(&session->list, name, &error)) return fail_error(&error);
    return EXIT_SUCCESS;
}

static void print_work(const struct session *session, bool is_table) {
    const struct access_list *list = &session->list;
    if (is_table) message("acol = %ld   tcol = %ld", list->columns.url, list->columns.format);
    message("Downloading %zu files ....", list->count);
    message("%s", "");
    message("Access List:  nfiles = %zu", list->count);
    for (size_t i = 0; i < list->count; i++)
        message("%2zu: url='%20.20s...'  fname='%s'  tnum=%zu", i, list->items[i].url, list->items[i].name,
                i % session->settings.parallel);
}

/* -o: the folder and the name of the only file. */
static bool choose_only_path(struct session *session) {
    const char *name = arguments_value(session->arguments, OUTPUT);
    if (!name) return true;
    if (session->list.count > 1) return fail("Error: -o needs a single download"), false;
    if (session->list.count == 0) return true;
    bool is_inside = arguments_value(session->arguments, FOLDER) != NULL;
    const char *slash = strrchr(name, '/'), *file = slash ? slash + 1 : name;
    if (!*file || strcmp(file, ".") == 0 || strcmp(file, "..") == 0 || (is_inside && slash))
        return fail("Error: cannot open output file '%s'", name), false;
    char *path = NULL;
    if (!slash)
        path = session->only_folder = strdup(session->settings.folder);
    else
        path = session->only_folder = strndup(name, (size_t)(slash - name + 1));
    if (!path) return fail("not enough memory"), false;
    session->settings.folder = path;
    session->list.items[0].name = file;
    bool needs_slash = *path && path[strlen(path) - 1] != '/';
    if (asprintf(&session->only_path, "%s%s%s", path, needs_slash ? "/" : "", file) < 0)
        return session->only_path = NULL, fail("not enough memory"), false;
    session->settings.only_path = session->only_path;
    return true;
}

/* One level, as the page says; it must be a folder that can be written. */
static bool make_folder(const char *folder) {
    struct stat status;
    if (!*folder) folder = ".";
    if (mkdir(folder, 0755) == 0) return true;
    if (errno == EEXIST && stat(folder, &status) == 0 && S_ISDIR(status.st_mode) && access(folder, W_OK | X_OK) == 0)
        return true;
    fail("Error: Cannot write to directory '%s'", folder);
    return false;
}

/* SIGINT and its like are told by a descriptor from now on, except those that are ignored (nohup). */
static void catch_signals(struct session *session) {
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    sigemptyset(&session->blocked);
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
        struct sigaction action;
        if (sigaction(ending[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(&session->blocked, ending[i]);
    }
    sigprocmask(SIG_BLOCK, &session->blocked, &session->before);
    session->signals = signalfd(-1, &session->blocked, SFD_CLOEXEC | SFD_NONBLOCK);
    session->settings.stop = session->signals;
}

/* Whether a signal has come. */
static bool is_interrupted(struct session *session) {
    struct signalfd_siginfo came;
    if (session->signals >= 0 && read(session->signals, &came, sizeof came) == (ssize_t)sizeof came)
        session->ending = (int)came.ssi_signo;
    return session->ending != 0;
}

/* At the very end a signal that came has its way: the program ends as if never caught. */
static void release_signals(struct session *session) {
    if (session->signals < 0) return;
    close(session->signals);
    if (session->ending) raise(session->ending); /* it waits until it is let through */
    sigprocmask(SIG_SETMASK, &session->before, NULL);
}

static int download(struct session *session) {
    struct error error = {0};
    if (!make_folder(session->settings.folder)) return EXIT_FAILURE;
    session->settings.ended = get_report_file;
    session->settings.moved = get_report_bytes;
    session->settings.context = &session->report;
    if (!get_report_begin(&session->report, session->list.count, &error)) return fail_error(&error);
    bool done = download_all(&session->list, &session->settings, &session->report.counts, &error);
    if (!done) fail_error(&error);
    bool all_told = get_report_end(&session->report, &session->list, is_interrupted(session));
    return done && all_told && session->report.counts.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The child goes on with the download, on its own; the parent has done its work. */
static bool leave_to_child(void) {
    pid_t child = fork();
    if (child != 0) return child > 0 || (fail("Error: cannot start a background process: %s", strerror(errno)), true);
    setsid();
    opset_close();
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere >= 0) { /* whoever reads our output shall not wait for the child */
        dup2(nowhere, STDIN_FILENO);
        dup2(nowhere, STDOUT_FILENO);
        if (!isatty(STDERR_FILENO)) dup2(nowhere, STDERR_FILENO);
    }
    return false;
}

static int get(struct session *session, const char *input) {
    const struct arguments *arguments = session->arguments;
    const char *base = arguments_value(arguments, BASE);
    struct error error = {0};
    struct access_choice choice = choice_of(arguments);
    bool is_table;
    if (choice.url_column < -1 || choice.format_column < -1) return fail("Error: columns are counted from 0");
    if (!access_input_read(&session->list, input, &choice, &is_table, &error)) return fail_error(&error);
    if (arguments_flag(arguments, EXTRACT) && !arguments_flag(arguments, DEBUG)) return list_urls(session);
    if (!access_list_name(&session->list, base ? base : "file", arguments_flag(arguments, SUM), session->files, &error))
        return fail_error(&error);
    if (arguments_flag(arguments, DEBUG)) print_work(session, is_table);
    if (arguments_flag(arguments, EXTRACT)) return list_urls(session);
    if (!choose_only_path(session)) return EXIT_FAILURE;
    bool is_from_samp = arguments_flag(arguments, SAMP); /* then the file is its sender's, and we stay to listen */
    if (arguments_flag(arguments, BACKGROUND) && !is_from_samp && leave_to_child()) return EXIT_SUCCESS;
    if (session->signals < 0) catch_signals(session);
    session->files += session->list.count;
    int status = download(session);
    bool is_file = !is_from_samp && !reference_is_stdin(input) && !reference_is_url(input);
    if (status == EXIT_SUCCESS && is_file && arguments_flag(arguments, TEMPORARY) && unlink(reference_path(input)) != 0)
        return fail("Error: cannot delete '%s': %s", input, strerror(errno));
    return status;
}

/* A message has come: what its URL leads to is the input. */
static int get_message(struct session *session, const char *url) {
    bool is_usable = url && (reference_is_url(url) || strncasecmp(url, "file:", 5) == 0);
    if (!is_usable) return fail("Error: unsupported URL type '%s'", url ? url : "");
    char *plain = access(reference_path(url), F_OK) != 0 ? reference_unescape(reference_path(url)) : NULL;
    int status = get(session, plain && !reference_is_url(url) ? plain : url);
    free(plain);
    get_report_free(&session->report);
    access_list_free(&session->list);
    return status;
}

/* A line, or the end, of standard input ends it all. */
static bool is_told_to_end(void) {
    struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};
    char text[256];
    if (poll(&ready, 1, 0) <= 0) return false;
    ssize_t got = read(STDIN_FILENO, text, sizeof text);
    return got <= 0 || memchr(text, '\n', (size_t)got);
}

static int wait_for_messages(struct session *session) {
    const char *mtype = arguments_value(session->arguments, MTYPE);
    struct error error = {0};
    int status = EXIT_SUCCESS;
    enum samp_event event = SAMP_WOKEN;
    if (arguments_value(session->arguments, OUTPUT) && !arguments_flag(session->arguments, EXTRACT))
        return fail("Error: -o needs a single download");
    if (session->report.is_verbose) message("Initializing samp ....");
    catch_signals(session);
    struct samp *samp = samp_open("votget", mtype ? mtype : "table.load.votable", &error);
    if (!samp) return fail("Error: cannot connect to Hub: %s", error.text), error_clear(&error), EXIT_FAILURE;
    if (session->report.is_verbose) message("Type <cr> to quit ....");
    while (!session->ending && event != SAMP_OVER && event != SAMP_ERROR) {
        char *url;
        event = samp_next(samp, (const int[]){STDIN_FILENO, session->signals}, &url, &error);
        if (event == SAMP_MESSAGE && get_message(session, url) != EXIT_SUCCESS) status = EXIT_FAILURE;
        if (event == SAMP_ERROR) status = fail_error(&error);
        free(url);
        if (is_interrupted(session) || is_told_to_end()) break;
    }
    samp_close(samp);
    return status;
}

static int run(const struct arguments *arguments) {
    struct session session = {.arguments = arguments, .signals = -1, .settings.stop = -1};
    session.report.is_verbose = arguments_flag(arguments, VERBOSE);
    session.report.failed_name = arguments_value(arguments, FAILED);
    int status = EXIT_FAILURE;
    if (read_settings(&session))
        status =
            arguments_flag(arguments, SAMP) ? wait_for_messages(&session) : get(&session, arguments->first_operand);
    get_report_free(&session.report);
    access_list_free(&session.list);
    free(session.only_folder);
    free(session.only_path);
    release_signals(&session);
    return status;
}

const struct tool tool = {
    .name = "votget",
    .summary = "download the files that a VOTable points to",
    .synopsis = "[options] [votable | listfile]\n[options] --samp",
    .operands =
        "A VOTable (a file, a URL, the XML text itself), or a file with one URL a line, or - for standard input, "
        "which is the default.",
    .description =
        "Downloads what the URLs in a column of a VOTable, or the lines of a file, point to; with -x it only lists "
        "them. The column is found by -A, else by its UCD or utype, in the first TABLE of every RESOURCE. In a list, "
        "empty lines and those that start with # are skipped; behind a TAB a line may give the local name.\n\n"
        "Files are numbered in the order of the rows: file0000, file0001, .... What exists already is skipped. Several "
        "files are fetched at once, each tried up to three times. DataLink documents are not kept: the files of "
        "their #this rows are fetched in their place, the second one as NAME-1.\n\n"
        "A file has its name only when it is complete. Until then it is NAME.part, with what the server said of it in "
        "NAME.part.state; a later run goes on where this one was interrupted, provided that the file is still the same "
        "on the server. While a file is fetched .NAME.LOCK keeps other processes from it.",
    .options = options,
    .examples = examples,
    .exit_status =
        "0 when everything was downloaded or was there already; 1 when anything failed, after all was tried.",
    .environment = "SAMP_HUB, HOME\twhere the lock file of a SAMP hub is (std-lockurl:file:///..., or .samp there)\n"
                   "http_proxy, https_proxy, no_proxy\tproxies, as libcurl uses them\n"
                   "CURL_CA_BUNDLE, SSL_CERT_FILE, SSL_CERT_DIR\tcertificate authorities to trust\n"
                   "TMPDIR, TMP\tfolder for temporary files; the first of these that is set, otherwise /tmp\n",
    .self_tests = self_tests,
    .run = run,
};
