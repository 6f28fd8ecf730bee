/* generate.c - the table that the benchmark reads: made up, like Gaia's, the same for each number of rows.
 *     generate ROWS tabledata|binary2 [other]
 * `other` is a second table, of objects half of which are in the first, in another order and a little displaced. */
#define _GNU_SOURCE
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NO_COUNT = -32768, MASK_BYTES = 3, LINE = 57 /* bytes of a line of base64 */ };

static const char header[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<VOTABLE version=\"1.4\" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\">\n"
    "<RESOURCE type=\"results\">\n"
    "<INFO name=\"QUERY_STATUS\" value=\"OK\"/>\n"
    "<TABLE name=\"gaia_like\" nrows=\"%lld\">\n"
    "<DESCRIPTION>Synthetic catalogue</DESCRIPTION>\n"
    "<FIELD name=\"designation\" datatype=\"char\" arraysize=\"*\" ucd=\"meta.id;meta.main\"/>\n"
    "<FIELD name=\"source_id\" datatype=\"long\" ucd=\"meta.id\"/>\n"
    "<FIELD name=\"ref_epoch\" datatype=\"double\" ucd=\"meta.ref;time.epoch\" unit=\"yr\"/>\n"
    "<FIELD name=\"ra\" datatype=\"double\" ucd=\"pos.eq.ra;meta.main\" unit=\"deg\"/>\n"
    "<FIELD name=\"ra_error\" datatype=\"float\" ucd=\"stat.error;pos.eq.ra\" unit=\"mas\"/>\n"
    "<FIELD name=\"dec\" datatype=\"double\" ucd=\"pos.eq.dec;meta.main\" unit=\"deg\"/>\n"
    "<FIELD name=\"dec_error\" datatype=\"float\" ucd=\"stat.error;pos.eq.dec\" unit=\"mas\"/>\n"
    "<FIELD name=\"parallax\" datatype=\"double\" ucd=\"pos.parallax.trig\" unit=\"mas\"/>\n"
    "<FIELD name=\"pmra\" datatype=\"double\" ucd=\"pos.pm;pos.eq.ra\" unit=\"mas/yr\"/>\n"
    "<FIELD name=\"pmdec\" datatype=\"double\" ucd=\"pos.pm;pos.eq.dec\" unit=\"mas/yr\"/>\n"
    "<FIELD name=\"n_obs\" datatype=\"short\" ucd=\"meta.number\"><VALUES null=\"-32768\"/></FIELD>\n"
    "<FIELD name=\"transits\" datatype=\"int\" ucd=\"meta.number\"/>\n"
    "<FIELD name=\"g_mag\" datatype=\"float\" ucd=\"phot.mag;em.opt\" unit=\"mag\"/>\n"
    "<FIELD name=\"bp_rp\" datatype=\"float\" ucd=\"phot.color\" unit=\"mag\"/>\n"
    "<FIELD name=\"radial_velocity\" datatype=\"float\" ucd=\"spect.dopplerVeloc.opt\" unit=\"km/s\"/>\n"
    "<FIELD name=\"duplicated\" datatype=\"boolean\" ucd=\"meta.code.status\"/>\n"
    "<FIELD name=\"flags\" datatype=\"unsignedByte\" ucd=\"meta.code\"/>\n"
    "<FIELD name=\"mags\" datatype=\"float\" arraysize=\"3\" unit=\"mag\"/>\n"
    "<FIELD name=\"name\" datatype=\"unicodeChar\" arraysize=\"*\"/>\n"
    "<FIELD name=\"var_flag\" datatype=\"char\" arraysize=\"13\"/>\n"
    "<DATA>";

struct row {
    char designation[40], var_flag[14];
    uint16_t name[5]; /* UTF-16 */
    int64_t source_id;
    double ref_epoch, ra, dec, parallax, pmra, pmdec;
    float ra_error, dec_error, g_mag, bp_rp, radial_velocity, mags[3];
    int16_t n_obs;
    int32_t transits;
    char duplicated; /* 'T', 'F' or '?' */
    uint8_t flags;
};

/* Random numbers: splitmix64 (G. Steele and others, 2014). */

static uint64_t state;

static uint64_t mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static double uniform(void) {
    return (double)(mix(state++) >> 11) * 0x1p-53;
}

static double normal(void) {
    double u = uniform(), v = uniform();
    return sqrt(-2 * log(u + 1e-300)) * cos(2 * M_PI * v);
}

static void make_row(struct row *row, uint64_t number) {
    static const uint16_t greek[] = {0x3b1, 0x3b2, 0x3b3, 0x3b4, 0x3b5};
    state = mix(0x100000001b3u + number) | 1;
    memset(row, 0, sizeof *row);
    row->source_id = (int64_t)(mix(number ^ 0x5555) >> 2);
    snprintf(row->designation, sizeof row->designation, "Gaia DR3 %lld", (long long)row->source_id);
    row->ref_epoch = 2016;
    row->ra = 360 * uniform();
    row->dec = asin(2 * uniform() - 1) * 180 / M_PI;
    row->ra_error = (float)(0.02 + 2 * uniform() * uniform());
    row->dec_error = (float)(0.02 + 2 * uniform() * uniform());
    bool has_astrometry = uniform() >= .1;
    row->parallax = has_astrometry ? 1 + 2 * normal() : NAN;
    row->pmra = has_astrometry ? 8 * normal() : NAN;
    row->pmdec = has_astrometry ? 8 * normal() : NAN;
    row->n_obs = (int16_t)(uniform() < .05 ? NO_COUNT : 20 + 400 * uniform());
    row->transits = (int32_t)(10 + 60 * uniform());
    row->g_mag = (float)(21 - 6 * uniform() * uniform());
    row->bp_rp = uniform() < .15 ? NAN : (float)(1 + .6 * normal());
    row->radial_velocity = uniform() < .8 ? NAN : (float)(30 * normal());
    double duplicated = uniform();
    row->duplicated = duplicated < .02 ? '?' : duplicated < .1 ? 'T' : 'F';
    row->flags = (uint8_t)mix(state++);
    for (int i = 0; i < 3; i++) row->mags[i] = (float)(row->g_mag + .3 * normal());
    row->name[0] = greek[mix(state++) % 5];
    row->name[1] = ' ';
    for (int i = 2; i < 5; i++) row->name[i] = (uint16_t)('A' + mix(state++) % 26);
    strcpy(row->var_flag, uniform() < .9 ? "NOT_AVAILABLE" : "VARIABLE");
}

static void displace(struct row *row) {
    double sigma = 0.2 / 3600, cosine = cos(row->dec * M_PI / 180);
    row->dec = fmax(-90, fmin(90, row->dec + sigma * normal()));
    row->ra = fmod(row->ra + 360 + sigma * normal() / fmax(cosine, 1e-3), 360);
}

/* TABLEDATA: the fewest digits that read back to the same number; nothing for NaN. */

static void print_double(double value) {
    char text[32] = "";
    for (int digits = 15; !isnan(value) && digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    printf("<TD>%s</TD>", text);
}

static void format_float(char text[32], float value) {
    text[0] = '\0';
    for (int digits = 6; !isnan(value) && digits <= 9; digits++) {
        snprintf(text, 32, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value) break;
    }
}

static void print_float(float value) {
    char text[32];
    format_float(text, value);
    printf("<TD>%s</TD>", text);
}

static void print_row(const struct row *row) {
    char mags[3][32];
    for (int i = 0; i < 3; i++) format_float(mags[i], row->mags[i]);
    printf("<TR><TD>%s</TD><TD>%lld</TD>", row->designation, (long long)row->source_id);
    print_double(row->ref_epoch);
    print_double(row->ra);
    print_float(row->ra_error);
    print_double(row->dec);
    print_float(row->dec_error);
    print_double(row->parallax);
    print_double(row->pmra);
    print_double(row->pmdec);
    printf("<TD>%d</TD><TD>%d</TD>", row->n_obs, row->transits);
    print_float(row->g_mag);
    print_float(row->bp_rp);
    print_float(row->radial_velocity);
    printf("<TD>%.*s</TD>", row->duplicated != '?', &row->duplicated);
    printf("<TD>%u</TD><TD>%s %s %s</TD>", row->flags, mags[0], mags[1], mags[2]);
    printf("<TD>%c%c %c%c%c</TD>", 0xc0 | row->name[0] >> 6, 0x80 | (row->name[0] & 63), row->name[2], row->name[3],
           row->name[4]);
    printf("<TD>%s</TD></TR>\n", row->var_flag);
}

/* BINARY2 (VOTable 1.5 section 5.4) in base64. */

static unsigned char bytes[LINE];
static int byte_count;

static void put_line(void) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < byte_count; i += 3) {
        int left = byte_count - i;
        unsigned group = (unsigned)bytes[i] << 16 | (left > 1 ? bytes[i + 1] << 8 : 0) | (left > 2 ? bytes[i + 2] : 0);
        putchar(alphabet[group >> 18]);
        putchar(alphabet[group >> 12 & 63]);
        putchar(left > 1 ? alphabet[group >> 6 & 63] : '=');
        putchar(left > 2 ? alphabet[group & 63] : '=');
    }
    putchar('\n');
    byte_count = 0;
}

/* The low `size` bytes, the highest first. */
static void put(uint64_t value, int size) {
    while (size-- > 0) {
        bytes[byte_count++] = (unsigned char)(value >> 8 * size);
        if (byte_count == LINE) put_line();
    }
}

static void put_double(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put(bits, 8);
}

static void put_float(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put(bits, 4);
}

static void put_text(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) put((unsigned char)text[i], 1);
}

static void put_row(const struct row *row) {
    const struct {
        int column;
        bool is_null;
    } nulls[] = {{7, isnan(row->parallax)},    {8, isnan(row->pmra)},   {9, isnan(row->pmdec)},
                 {10, row->n_obs == NO_COUNT}, {13, isnan(row->bp_rp)}, {14, isnan(row->radial_velocity)},
                 {15, row->duplicated == '?'}};
    uint32_t mask = 0;
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        if (nulls[i].is_null) mask |= 1u << (8 * MASK_BYTES - 1 - nulls[i].column);
    put(mask, MASK_BYTES);
    put(strlen(row->designation), 4);
    put_text(row->designation, strlen(row->designation));
    put((uint64_t)row->source_id, 8);
    put_double(row->ref_epoch);
    put_double(row->ra);
    put_float(row->ra_error);
    put_double(row->dec);
    put_float(row->dec_error);
    put_double(row->parallax);
    put_double(row->pmra);
    put_double(row->pmdec);
    put((uint16_t)row->n_obs, 2);
    put((uint32_t)row->transits, 4);
    put_float(row->g_mag);
    put_float(row->bp_rp);
    put_float(row->radial_velocity);
    put((unsigned char)row->duplicated, 1);
    put(row->flags, 1);
    for (int i = 0; i < 3; i++) put_float(row->mags[i]);
    put(sizeof row->name / sizeof *row->name, 4);
    for (size_t i = 0; i < sizeof row->name / sizeof *row->name; i++) put(row->name[i], 2);
    put_text(row->var_flag, sizeof row->var_flag - 1);
}

int main(int argc, char **argv) {
    bool is_binary2 = argc >= 3 && strcmp(argv[2], "binary2") == 0, is_other = argc == 4;
    if (argc < 3 || argc > 4 || (!is_binary2 && strcmp(argv[2], "tabledata") != 0)) {
        fprintf(stderr, "usage: generate ROWS tabledata|binary2 [other]\n");
        return 2;
    }
    long long rows = strtoll(argv[1], NULL, 10);
    printf(header, rows);
    puts(is_binary2 ? "<BINARY2><STREAM encoding=\"base64\">" : "<TABLEDATA>");
    for (long long i = 0; i < rows; i++) {
        struct row row;
        make_row(&row, (uint64_t)(is_other ? i * 1000003 % rows + rows / 2 : i));
        if (is_other) displace(&row);
        if (is_binary2)
            put_row(&row);
        else
            print_row(&row);
    }
    if (byte_count) put_line();
    printf(is_binary2 ? "</STREAM></BINARY2>" : "</TABLEDATA>");
    printf("</DATA>\n</TABLE>\n</RESOURCE>\n</VOTABLE>\n");
    return fflush(stdout) == 0 ? 0 : 1;
}
