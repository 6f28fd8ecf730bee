/* completion.c - scripts that complete a tool's options in bash, zsh and fish. */
#include "cli/describe.h"

static bool takes_file(const struct option *option) {
    return option->value && (strstr(option->value, "FILE") || strstr(option->value, "DIR"));
}

static bool may_take_value(const struct option *option) {
    return option_wants_value(option) || option->kind == OPTION_OPTIONAL;
}

/* Inside single quotes of a shell; characters of `special` get a backslash (those of zsh's _arguments). */
static void write_quoted(struct output *output, const char *text, const char *special) {
    for (; *text; text++) {
        if (*text == '\'')
            output_write_string(output, "'\\''");
        else
            output_format(output, strchr(special, *text) ? "\\%c" : "%c", *text);
    }
}

static void write_bash(const struct tool *tool, const struct option *table, struct output *output) {
    output_format(output,
                  "# bash completion of %s, printed by: %s --completion=bash\n"
                  "_voclient_%s() {\n"
                  "    local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD-1]}\n"
                  "    if [[ $word == = ]]; then word=\n"
                  "    elif [[ $option == = ]]; then option=${COMP_WORDS[COMP_CWORD-2]}\n"
                  "    fi\n"
                  "    case $option in\n",
                  tool->name, tool->name, tool->name);
    for (const struct option *option = table; option->id; option++) {
        if (!may_take_value(option) || (!option->choices && option->kind == OPTION_OPTIONAL)) continue;
        output_write_string(output, "    ");
        if (option->letter) output_format(output, "-%c%s", option->letter, option->name ? "|" : "");
        if (option->name) output_format(output, "--%s|%s", option->name, option->name);
        if (option->choices)
            output_format(output, ") COMPREPLY=($(compgen -W '%s' -- \"$word\")); return ;;\n", option->choices);
        else
            output_write_string(output, ") return ;;\n"); /* readline's file names */
    }
    output_write_string(output, "    esac\n    [[ $word == -* ]] || return\n    COMPREPLY=($(compgen -W '");
    const char *blank = "";
    for (const struct option *option = table; option->id; option++) {
        if (option->is_hidden) continue;
        if (option->letter) output_format(output, "%s-%c", blank, option->letter);
        if (option->letter) blank = " ";
        if (option->name) output_format(output, "%s--%s%s", blank, option->name, option_wants_value(option) ? "=" : "");
        blank = " ";
    }
    output_format(output,
                  "' -- \"$word\"))\n"
                  "    [[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace\n"
                  "}\n"
                  "complete -o default -F _voclient_%s %s\n",
                  tool->name, tool->name);
}

static void write_zsh(const struct tool *tool, const struct option *table, struct output *output) {
    output_format(output, "#compdef %s\n# printed by: %s --completion=zsh\n_arguments -s -S \\\n", tool->name,
                  tool->name);
    for (const struct option *option = table; option->id; option++) {
        if (option->is_hidden) continue;
        bool both = option->letter && option->name;
        const char *glued = option->kind == OPTION_OPTIONAL ? "-" : option_wants_value(option) ? "+" : "";
        const char *assigned = option->kind == OPTION_OPTIONAL ? "=-" : option_wants_value(option) ? "=" : "";
        output_write_string(output, "  ");
        if (option->is_repeatable || option->kind == OPTION_COUNT)
            output_write_string(output, "'*'");
        else if (both)
            output_format(output, "'(-%c --%s)'", option->letter, option->name);
        if (both) output_write_string(output, "{");
        if (option->letter) output_format(output, "'-%c%s'", option->letter, glued);
        if (both) output_write_string(output, ",");
        if (option->name) output_format(output, "'--%s%s'", option->name, assigned);
        if (both) output_write_string(output, "}");
        output_write_string(output, "'[");
        write_quoted(output, option->help, "[]\\");
        output_write_string(output, "]");
        if (may_take_value(option)) {
            output_format(output, "%s", option->kind == OPTION_OPTIONAL ? "::" : ":");
            write_quoted(output, option->value ? option->value : "VALUE", ":\\");
            output_write_string(output, ":");
            if (option->choices)
                output_format(output, "(%s)", option->choices);
            else if (takes_file(option))
                output_write_string(output, "_files");
        }
        output_write_string(output, "' \\\n");
    }
    output_write_string(output, "  '*:file:_files'\n");
}

static void write_fish(const struct tool *tool, const struct option *table, struct output *output) {
    output_format(output, "# fish completion of %s, printed by: %s --completion=fish\n", tool->name, tool->name);
    for (const struct option *option = table; option->id; option++) {
        if (option->is_hidden) continue;
        output_format(output, "complete -c %s", tool->name);
        if (option->letter) output_format(output, " -s '%c'", option->letter);
        if (option->name) output_format(output, " -l %s", option->name);
        if (option_wants_value(option)) output_write_string(output, takes_file(option) ? " -r" : " -x");
        if (option->choices) output_format(output, " -a '%s'", option->choices);
        output_write_string(output, " -d '");
        write_quoted(output, option->help, "\\");
        output_write_string(output, "'\n");
    }
}

bool describe_completion(const struct tool *tool, const struct option *table, const char *shell, struct output *output,
                         struct error *error) {
    if (strcmp(shell, "bash") == 0)
        write_bash(tool, table, output);
    else if (strcmp(shell, "zsh") == 0)
        write_zsh(tool, table, output);
    else if (strcmp(shell, "fish") == 0)
        write_fish(tool, table, output);
    else
        return error_set(error, "Error: no completion for '%s', only for bash, zsh and fish", shell);
    return true;
}
