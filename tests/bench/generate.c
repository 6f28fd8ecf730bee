/* generate - write a deterministic, Gaia-like VOTable (or CSV) for benchmarks.
 *
 * usage: generate [-n rows] [-f tabledata|binary|binary2|csv] [-s seed] [-2] [-w]
 *   -2  second catalogue: rows permuted, half of them shared with the first,
 *       positions scattered by about 0.3 arcsec (for joins and cross-matches)
 *   -w  white space as STILTS writes it (one cell a line); default one row a line
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum fmt { TABLEDATA, BINARY, BINARY2, CSV };
enum { NCOL = 20 };

static const char *fields[NCOL][2] = {
    {"designation", "datatype=\"char\" arraysize=\"*\" ucd=\"meta.id;meta.main\""},
    {"source_id", "datatype=\"long\" ucd=\"meta.id\""},
    {"ref_epoch", "datatype=\"double\" ucd=\"meta.ref;time.epoch\" unit=\"yr\""},
    {"ra", "datatype=\"double\" ucd=\"pos.eq.ra;meta.main\" unit=\"deg\""},
    {"ra_error", "datatype=\"float\" ucd=\"stat.error;pos.eq.ra\" unit=\"mas\""},
    {"dec", "datatype=\"double\" ucd=\"pos.eq.dec;meta.main\" unit=\"deg\""},
    {"dec_error", "datatype=\"float\" ucd=\"stat.error;pos.eq.dec\" unit=\"mas\""},
    {"parallax", "datatype=\"double\" ucd=\"pos.parallax.trig\" unit=\"mas\""},
    {"pmra", "datatype=\"double\" ucd=\"pos.pm;pos.eq.ra\" unit=\"mas/yr\""},
    {"pmdec", "datatype=\"double\" ucd=\"pos.pm;pos.eq.dec\" unit=\"mas/yr\""},
    {"n_obs", "datatype=\"short\" ucd=\"meta.number\""},
    {"transits", "datatype=\"int\" ucd=\"meta.number\""},
    {"g_mag", "datatype=\"float\" ucd=\"phot.mag;em.opt\" unit=\"mag\""},
    {"bp_rp", "datatype=\"float\" ucd=\"phot.color\" unit=\"mag\""},
    {"radial_velocity", "datatype=\"float\" ucd=\"spect.dopplerVeloc.opt\" unit=\"km/s\""},
    {"duplicated", "datatype=\"boolean\" ucd=\"meta.code.status\""},
    {"flags", "datatype=\"unsignedByte\" ucd=\"meta.code\""},
    {"mags", "datatype=\"float\" arraysize=\"3\" unit=\"mag\""},
    {"name", "datatype=\"unicodeChar\" arraysize=\"*\""},
    {"var_flag", "datatype=\"char\" arraysize=\"13\""},
};
enum { C_NOBS = 10, NULL_NOBS = -32768 };

struct row {
    char designation[40], var_flag[14];
    uint16_t name[16];
    int nname;
    int64_t id;
    double epoch, ra, dec, plx, pmra, pmdec;
    float era, edec, g, bprp, rv, mags[3];
    int16_t nobs;
    int32_t transits;
    char dup; /* 'T', 'F' or '?' */
    uint8_t flags;
};

static uint64_t mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}
static uint64_t state;
static double uni(void) { return (double)(mix(state++) >> 11) * 0x1p-53; }
static double gauss(void) {
    double u = uni(), v = uni();
    return sqrt(-2 * log(u + 1e-300)) * cos(2 * M_PI * v);
}

static void make(struct row *r, uint64_t i, uint64_t seed, int second, int64_t nrow) {
    uint64_t k = i;
    if (second) /* permute, then shift so that half the objects are shared */
        k = (i * 1000003u) % (uint64_t)nrow + (uint64_t)nrow / 2;
    state = mix(seed * 0x100000001b3u + k) | 1;
    memset(r, 0, sizeof *r);
    r->id = (int64_t)(mix(k ^ 0x5555) >> 2);
    snprintf(r->designation, sizeof r->designation, "Gaia DR3 %lld", (long long)r->id);
    r->epoch = 2016.0;
    r->ra = 360 * uni();
    r->dec = asin(2 * uni() - 1) * 180 / M_PI;
    if (second) {
        double e = 0.3 / 3600, c = cos(r->dec * M_PI / 180);
        r->dec += e * gauss() * .7;
        r->ra += e * gauss() * .7 / (c > 1e-3 ? c : 1e-3);
        if (r->ra < 0) r->ra += 360;
        if (r->ra >= 360) r->ra -= 360;
        if (r->dec > 90) r->dec = 90;
        if (r->dec < -90) r->dec = -90;
    }
    r->era = (float)(0.02 + 2 * uni() * uni());
    r->edec = (float)(0.02 + 2 * uni() * uni());
    int no_astrometry = uni() < .1;
    r->plx = no_astrometry ? NAN : 1 + 2 * gauss();
    r->pmra = no_astrometry ? NAN : 8 * gauss();
    r->pmdec = no_astrometry ? NAN : 8 * gauss();
    r->nobs = (int16_t)(uni() < .05 ? NULL_NOBS : 20 + 400 * uni());
    r->transits = (int32_t)(10 + 60 * uni());
    r->g = (float)(21 - 6 * uni() * uni());
    r->bprp = uni() < .15 ? NAN : (float)(1 + .6 * gauss());
    r->rv = uni() < .8 ? NAN : (float)(30 * gauss());
    double d = uni();
    r->dup = d < .02 ? '?' : d < .1 ? 'T' : 'F';
    r->flags = (uint8_t)(mix(state++) & 0xff);
    for (int j = 0; j < 3; j++) r->mags[j] = (float)(r->g + .3 * gauss());
    static const uint16_t greek[] = {0x3b1, 0x3b2, 0x3b3, 0x3b4, 0x3b5};
    r->name[0] = greek[mix(state++) % 5];
    r->name[1] = ' ';
    r->nname = 2;
    for (int j = 0; j < 3; j++) r->name[r->nname++] = (uint16_t)('A' + mix(state++) % 26);
    strcpy(r->var_flag, uni() < .9 ? "NOT_AVAILABLE" : "VARIABLE");
}

/* ---- text ---- */
static char *pd(char *p, double x) {
    if (isnan(x)) return p;
    int n = 0;
    for (int prec = 15; prec <= 17; prec++) {
        n = sprintf(p, "%.*g", prec, x);
        if (strtod(p, NULL) == x) break;
    }
    return p + n;
}
static char *pf(char *p, float x) {
    if (isnan(x)) return p;
    int n = 0;
    for (int prec = 6; prec <= 9; prec++) {
        n = sprintf(p, "%.*g", prec, (double)x);
        if (strtof(p, NULL) == x) break;
    }
    return p + n;
}
static char *pname(char *p, const struct row *r) {
    for (int i = 0; i < r->nname; i++) {
        unsigned c = r->name[i];
        if (c < 0x80) *p++ = (char)c;
        else { *p++ = (char)(0xc0 | c >> 6); *p++ = (char)(0x80 | (c & 63)); }
    }
    return p;
}
static char *cell(char *p, const struct row *r, int c, int csv) {
    switch (c) {
    case 0: return stpcpy(p, r->designation);
    case 1: return p + sprintf(p, "%lld", (long long)r->id);
    case 2: return pd(p, r->epoch);
    case 3: return pd(p, r->ra);
    case 4: return pf(p, r->era);
    case 5: return pd(p, r->dec);
    case 6: return pf(p, r->edec);
    case 7: return pd(p, r->plx);
    case 8: return pd(p, r->pmra);
    case 9: return pd(p, r->pmdec);
    case 10:
        if (csv && r->nobs == NULL_NOBS) return p;
        return p + sprintf(p, "%d", r->nobs);
    case 11: return p + sprintf(p, "%d", r->transits);
    case 12: return pf(p, r->g);
    case 13: return pf(p, r->bprp);
    case 14: return pf(p, r->rv);
    case 15:
        if (r->dup == '?') return p;
        return csv ? stpcpy(p, r->dup == 'T' ? "true" : "false") : (*p = r->dup, p + 1);
    case 16: return p + sprintf(p, "%u", r->flags);
    case 17:
        for (int j = 0; j < 3; j++) { if (j) *p++ = ' '; p = pf(p, r->mags[j]); }
        return p;
    case 18: return pname(p, r);
    default: return stpcpy(p, r->var_flag);
    }
}

/* ---- binary ---- */
static unsigned char *be(unsigned char *p, uint64_t v, int n) {
    while (n--) *p++ = (unsigned char)(v >> 8 * n);
    return p;
}
static unsigned char *bed(unsigned char *p, double x) { uint64_t u; memcpy(&u, &x, 8); return be(p, u, 8); }
static unsigned char *bef(unsigned char *p, float x) { uint32_t u; memcpy(&u, &x, 4); return be(p, u, 4); }
static unsigned char *bstr(unsigned char *p, const char *s, int n) { memcpy(p, s, (size_t)n); return p + n; }
static unsigned char *pack(unsigned char *p, const struct row *r, int b2) {
    if (b2) {
        uint32_t m = 0;
#define N(c, t) if (t) m |= 1u << (23 - (c))
        N(7, isnan(r->plx)); N(8, isnan(r->pmra)); N(9, isnan(r->pmdec));
        N(10, r->nobs == NULL_NOBS); N(13, isnan(r->bprp)); N(14, isnan(r->rv));
        N(15, r->dup == '?');
#undef N
        p = be(p, m, 3);
    }
    int n = (int)strlen(r->designation);
    p = be(p, (uint64_t)n, 4); p = bstr(p, r->designation, n);
    p = be(p, (uint64_t)r->id, 8);
    p = bed(p, r->epoch); p = bed(p, r->ra); p = bef(p, r->era);
    p = bed(p, r->dec); p = bef(p, r->edec);
    p = bed(p, r->plx); p = bed(p, r->pmra); p = bed(p, r->pmdec);
    p = be(p, (uint16_t)r->nobs, 2); p = be(p, (uint32_t)r->transits, 4);
    p = bef(p, r->g); p = bef(p, r->bprp); p = bef(p, r->rv);
    *p++ = (unsigned char)r->dup; *p++ = r->flags;
    for (int j = 0; j < 3; j++) p = bef(p, r->mags[j]);
    p = be(p, (uint64_t)r->nname, 4);
    for (int j = 0; j < r->nname; j++) p = be(p, r->name[j], 2);
    char f[13] = {0};
    memcpy(f, r->var_flag, strlen(r->var_flag));
    return bstr(p, f, 13);
}
static unsigned char hold[57];
static int nhold;
static void b64line(void) {
    static const char t[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char out[80], *o = out;
    for (int i = 0; i < nhold; i += 3) {
        unsigned a = hold[i], b = i + 1 < nhold ? hold[i + 1] : 0, c = i + 2 < nhold ? hold[i + 2] : 0;
        unsigned v = a << 16 | b << 8 | c;
        *o++ = t[v >> 18]; *o++ = t[v >> 12 & 63];
        *o++ = i + 1 < nhold ? t[v >> 6 & 63] : '=';
        *o++ = i + 2 < nhold ? t[v & 63] : '=';
    }
    *o++ = '\n';
    fwrite(out, 1, (size_t)(o - out), stdout);
    nhold = 0;
}
static void b64(const unsigned char *p, const unsigned char *e) {
    while (p < e) { hold[nhold++] = *p++; if (nhold == 57) b64line(); }
}

int main(int argc, char **argv) {
    int64_t n = 10000;
    uint64_t seed = 1;
    enum fmt f = TABLEDATA;
    int second = 0, wide = 0, o;
    while ((o = getopt(argc, argv, "n:f:s:2w")) != -1)
        switch (o) {
        case 'n': n = (int64_t)strtod(optarg, NULL); break;
        case 's': seed = strtoull(optarg, NULL, 10); break;
        case '2': second = 1; break;
        case 'w': wide = 1; break;
        case 'f':
            f = !strcmp(optarg, "csv") ? CSV : !strcmp(optarg, "binary") ? BINARY
              : !strcmp(optarg, "binary2") ? BINARY2 : TABLEDATA;
            break;
        default: fprintf(stderr, "usage: generate [-n rows] [-f format] [-s seed] [-2] [-w]\n"); return 2;
        }
    static char big[1 << 16];
    setvbuf(stdout, big, _IOFBF, sizeof big);
    if (f == CSV) {
        for (int c = 0; c < NCOL; c++) printf("%s%s", c ? "," : "", fields[c][0]);
        putchar('\n');
    } else {
        printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<VOTABLE version=\"1.4\" "
               "xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\">\n<RESOURCE type=\"results\">\n"
               "<INFO name=\"QUERY_STATUS\" value=\"OK\"/>\n<TABLE name=\"gaia_like\" nrows=\"%lld\">\n"
               "<DESCRIPTION>Synthetic catalogue</DESCRIPTION>\n", (long long)n);
        for (int c = 0; c < NCOL; c++)
            if (c == C_NOBS)
                printf("<FIELD name=\"%s\" %s><VALUES null=\"%d\"/></FIELD>\n", fields[c][0], fields[c][1], NULL_NOBS);
            else
                printf("<FIELD name=\"%s\" %s/>\n", fields[c][0], fields[c][1]);
        puts(f == TABLEDATA ? "<DATA><TABLEDATA>" : f == BINARY ? "<DATA><BINARY><STREAM encoding=\"base64\">"
                                                               : "<DATA><BINARY2><STREAM encoding=\"base64\">");
    }
    struct row r;
    char line[2048];
    for (int64_t i = 0; i < n; i++) {
        make(&r, (uint64_t)i, seed, second, n);
        if (f == BINARY || f == BINARY2) {
            unsigned char *e = pack((unsigned char *)line, &r, f == BINARY2);
            b64((unsigned char *)line, e);
            continue;
        }
        char *p = line;
        if (f == TABLEDATA) p = stpcpy(p, wide ? "  <TR>\n" : "<TR>");
        for (int c = 0; c < NCOL; c++) {
            if (f == CSV) { if (c) *p++ = ','; p = cell(p, &r, c, 1); continue; }
            p = stpcpy(p, wide ? "    <TD>" : "<TD>");
            p = cell(p, &r, c, 0);
            p = stpcpy(p, wide ? "</TD>\n" : "</TD>");
        }
        p = stpcpy(p, f == CSV ? "\n" : wide ? "  </TR>\n" : "</TR>\n");
        fwrite(line, 1, (size_t)(p - line), stdout);
    }
    if (f == BINARY || f == BINARY2) { if (nhold) b64line(); printf("</STREAM></%s>", f == BINARY ? "BINARY" : "BINARY2"); }
    else if (f == TABLEDATA) printf("</TABLEDATA>");
    if (f != CSV) printf("</DATA>\n</TABLE>\n</RESOURCE>\n</VOTABLE>\n");
    return fflush(stdout) == 0 ? 0 : 1;
}
