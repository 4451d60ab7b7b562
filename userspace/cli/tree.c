// SPDX-License-Identifier: GPL-2.0-only
/* pidmap tree: namespaces and who lives in them */
#include <langinfo.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "backend.h"
#include "container.h"
#include "message.h"
#include "output.h"
#include "task.h"
#include "tree.h"

/* A chain of numbers, one a level: 10 digits and an arrow each */
#define CHAIN_SIZE	(PIDMAP_MAX_PIDS * 14)
#define BRANCH_COLUMNS	2
#define DOT_COLUMNS	48

/**
 * struct style - how numbers are written
 * @arrow: between the numbers of an ID
 * @times: before how many there are
 * @more: in place of what does not fit
 */
struct style {
	const char *arrow, *times, *more;
};

static const struct style utf8_style = { "→", "×", "…" };
static const struct style ascii_style = { ">", "x", "..." };

struct process {
	struct node *node;
	const struct pidmap_task *task;
	bool init;
	char name[64];
};

/**
 * struct node - a namespace of the tree
 * @ns: its record
 * @parent: the one above it, or NULL
 * @children: those right below it, equal ones side by side
 * @child_count: how many those are
 * @processes: its members, equal ones side by side
 * @process_count: how many those are
 * @shape: what lives here and below, without the numbers
 */
struct node {
	const struct pidmap_ns *ns;
	struct node *parent;
	struct node **children;
	size_t child_count;
	struct process *processes;
	size_t process_count;
	char *shape;
};

struct tree {
	struct style style;
	bool fold;
	int columns;
	struct node *nodes;
	size_t node_count;
	struct process *processes;
	size_t process_count;
	struct node *root;
};

static void *array(size_t count, size_t size)
{
	void *memory = calloc(count + 1, size);

	if (!memory)
		out_of_memory();
	return memory;
}

static int by_inum(const void *a, const void *b)
{
	uint32_t x = ((const struct node *)a)->ns->inum;
	uint32_t y = ((const struct node *)b)->ns->inum;

	return x < y ? -1 : x > y;
}

static int by_node_and_name(const void *a, const void *b)
{
	const struct process *x = a, *y = b;
	int order;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->init != y->init)
		return y->init - x->init;
	order = strcmp(x->name, y->name);
	return order ? order : pidmap_task_nr(x->task)[0] - pidmap_task_nr(y->task)[0];
}

static int by_shape(const void *a, const void *b)
{
	const struct node *x = *(struct node *const *)a;
	const struct node *y = *(struct node *const *)b;
	int order = strcmp(x->shape, y->shape);

	return order ? order : x->ns->init - y->ns->init;
}

static struct node *find_node(const struct tree *tree, uint32_t inum)
{
	struct pidmap_ns ns = { .inum = inum };
	struct node key = { .ns = &ns };

	return bsearch(&key, tree->nodes, tree->node_count, sizeof(key),
		       by_inum);
}

/* Where a run of equals that begins at @first ends */
static size_t group_end(const struct tree *tree, const struct node *node,
			size_t first)
{
	const struct process *p = node->processes;
	size_t i = first + 1;

	while (tree->fold && i < node->process_count &&
	       p[i].init == p[first].init &&
	       !strcmp(p[i].name, p[first].name))
		i++;
	return i;
}

static size_t sibling_end(const struct tree *tree, const struct node *node,
			  size_t first)
{
	size_t i = first + 1;

	while (tree->fold && i < node->child_count &&
	       !strcmp(node->children[i]->shape, node->children[first]->shape))
		i++;
	return i;
}

/* The kernel's own threads are all the same to people. */
static void read_name(struct process *process, bool fold)
{
	pid_t tid = pidmap_task_nr(process->task)[0];
	char command[COMMAND_SIZE], *text;

	if (fold && is_kernel_thread(tid)) {
		snprintf(process->name, sizeof(process->name),
			 "[kernel threads]");
		return;
	}
	read_command(tid, command);
	text = printable(*command ? command : "?");
	snprintf(process->name, sizeof(process->name), "%s", text);
	free(text);
}

static void add_nodes(struct tree *tree, const struct pidmap_snapshot *snapshot)
{
	struct node *node;

	tree->node_count = pidmap_snapshot_ns_count(snapshot);
	tree->nodes = array(tree->node_count, sizeof(*tree->nodes));
	for (size_t i = 0; i < tree->node_count; i++)
		tree->nodes[i].ns = pidmap_snapshot_ns(snapshot, i);
	qsort(tree->nodes, tree->node_count, sizeof(*tree->nodes), by_inum);
	for (node = tree->nodes; node < tree->nodes + tree->node_count; node++)
		node->parent = find_node(tree, node->ns->parent_inum);
}

/* The members of the root have the fewest numbers, and its init is one. */
static void add_processes(struct tree *tree,
			  const struct pidmap_snapshot *snapshot)
{
	size_t count = pidmap_snapshot_size(snapshot);
	int least = INT_MAX;

	tree->processes = array(count, sizeof(*tree->processes));
	for (size_t i = 0; i < count; i++) {
		struct process *process =
			&tree->processes[tree->process_count];

		process->task = pidmap_snapshot_task(snapshot, i);
		process->node = find_node(tree, process->task->inum);
		if (!process->node)
			continue;
		process->init =
			pidmap_task_nr(process->task)[process->task->levels - 1] == 1;
		read_name(process, tree->fold);
		if (process->task->levels < least) {
			least = process->task->levels;
			tree->root = process->node;
		}
		tree->process_count++;
	}
	qsort(tree->processes, tree->process_count, sizeof(*tree->processes),
	      by_node_and_name);
	for (size_t i = 0; i < tree->process_count; i++) {
		struct node *node = tree->processes[i].node;

		if (!node->process_count++)
			node->processes = &tree->processes[i];
	}
}

/* Bring what hangs below @node in order, and take down its shape */
static void arrange(struct tree *tree, struct node *node)
{
	FILE *shape = begin_text(&node->shape);
	size_t end;

	for (size_t i = 0; i < node->process_count; i = end) {
		end = group_end(tree, node, i);
		fprintf(shape, "%s %zu\n", node->processes[i].name, end - i);
	}
	for (size_t i = 0; i < node->child_count; i++)
		arrange(tree, node->children[i]);
	qsort(node->children, node->child_count, sizeof(*node->children),
	      by_shape);
	for (size_t i = 0; i < node->child_count; i++)
		fprintf(shape, "(%s)\n", node->children[i]->shape);
	end_text(shape);
}

static void add_children(struct tree *tree)
{
	struct node *node, *end = tree->nodes + tree->node_count;

	for (node = tree->nodes; node < end; node++)
		if (node->parent)
			node->parent->child_count++;
	for (node = tree->nodes; node < end; node++) {
		node->children = array(node->child_count,
				       sizeof(*node->children));
		node->child_count = 0;
	}
	for (node = tree->nodes; node < end; node++)
		if (node->parent)
			node->parent->children[node->parent->child_count++] =
				node;
}

static void free_tree(struct tree *tree)
{
	for (size_t i = 0; i < tree->node_count; i++) {
		free(tree->nodes[i].children);
		free(tree->nodes[i].shape);
	}
	free(tree->nodes);
	free(tree->processes);
}

/* How many columns @text takes */
static int width(const char *text)
{
	wchar_t wide[CHAIN_SIZE];
	size_t length = mbstowcs(wide, text, CHAIN_SIZE);
	int columns = length < CHAIN_SIZE ? wcswidth(wide, length) : -1;

	return columns < 0 ? (int)strlen(text) : columns;
}

static void chain(const struct style *style, const struct pidmap_task *task,
		  char *text)
{
	*text = '\0';
	for (int i = 0; i < task->levels; i++)
		text += sprintf(text, "%s%d", i ? style->arrow : "",
				pidmap_task_nr(task)[i]);
}

/**
 * struct line - a line that is being filled with items
 * @out: where to
 * @style: how it looks
 * @left: columns that are left
 * @items: how many are in it
 */
struct line {
	FILE *out;
	const struct style *style;
	int left;
	int items;
};

/* Add one more, unless it does not fit: then say so and return false */
static bool add_item(struct line *line, const char *text, bool last)
{
	int need = width(text) + (line->items ? 2 : 0);
	int reserve = last ? 0 : 2 + width(line->style->more);
	const char *comma = line->items ? ", " : "";

	if (line->items && need + reserve > line->left) {
		fprintf(line->out, "%s%s", comma, line->style->more);
		return false;
	}
	fprintf(line->out, "%s%s", comma, text);
	line->left -= need;
	line->items++;
	return true;
}

/* Equal processes: their name, how many they are, and who */
static void print_group(const struct tree *tree, FILE *out, int left,
			const struct process *first, size_t count)
{
	struct line line = { .out = out, .style = &tree->style };
	char head[32] = " ", text[CHAIN_SIZE];

	if (count > 1)
		snprintf(head, sizeof(head), " %s%zu: ", tree->style.times,
			 count);
	fprintf(out, "%s%s", first->name, head);
	line.left = left - width(first->name) - width(head);
	for (size_t i = 0; i < count; i++) {
		chain(&tree->style, first[i].task, text);
		if (!add_item(&line, text, i + 1 == count))
			break;
	}
}

/* Namespaces that are equal to one that was printed */
static void print_alike(const struct tree *tree, FILE *out, int left,
			struct node **first, size_t count)
{
	struct line line = { .out = out, .style = &tree->style };
	char text[64];

	line.left = left - fprintf(out, "%zu more like it: ", count);
	for (size_t i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "pid:[%u]", first[i]->ns->inum);
		if (!add_item(&line, text, i + 1 == count))
			break;
	}
}

static void print_title(FILE *out, const struct node *node,
			const char *separator)
{
	struct json_object *container = node->ns->init ?
		container_json(node->ns->init) : NULL;
	char *name = container ?
		     printable(json_object_get_string(container)) : NULL;

	fprintf(out, "pid:[%u]%s%s", node->ns->inum, name ? " " : separator,
		name ? name : "");
	if (name)
		fputs(separator, out);
	free(name);
	json_object_put(container);
	if (node->ns->level != PIDMAP_LEVEL_UNKNOWN)
		fprintf(out, "level %u, ", node->ns->level);
	fprintf(out, "%zu process%s", node->process_count,
		node->process_count == 1 ? "" : "es");
}

static struct libscols_line *add_line(struct libscols_table *table,
				      struct libscols_line *parent, char *text)
{
	struct libscols_line *line = text_line(table, parent);

	text_cell(line, 0, text);
	return line;
}

static void add_node(const struct tree *tree, const struct node *node,
		     struct libscols_table *table, struct libscols_line *parent,
		     int left)
{
	struct libscols_line *line;
	size_t end;
	char *text;
	FILE *out = begin_text(&text);

	print_title(out, node, " ");
	end_text(out);
	line = add_line(table, parent, text);
	scols_line_set_color(line, "bold");
	left -= BRANCH_COLUMNS;
	for (size_t i = 0; i < node->process_count; i = end) {
		end = group_end(tree, node, i);
		out = begin_text(&text);
		print_group(tree, out, left, &node->processes[i], end - i);
		end_text(out);
		add_line(table, line, text);
	}
	for (size_t i = 0; i < node->child_count; i = end) {
		end = sibling_end(tree, node, i);
		add_node(tree, node->children[i], table, line, left);
		if (end == i + 1)
			continue;
		out = begin_text(&text);
		print_alike(tree, out, left, &node->children[i + 1],
			    end - i - 1);
		end_text(out);
		add_line(table, line, text);
	}
}

static void print_text(const struct cli *cli, const struct tree *tree,
		       FILE *out)
{
	struct libscols_table *table = text_table(cli);

	/* Its raw form would be no tree. */
	scols_table_enable_raw(table, 0);
	scols_table_enable_noheadings(table, 1);
	if (!scols_table_new_column(table, "TREE", 0, SCOLS_FL_TREE))
		out_of_memory();
	add_node(tree, tree->root, table, NULL, tree->columns);
	scols_table_set_stream(table, out);
	scols_print_table(table);
	scols_unref_table(table);
}

/* Print what was written to @text as part of a quoted string; free it */
static void print_quoted(char *text)
{
	for (const char *p = text; *p; p++) {
		if (*p == '"' || *p == '\\')
			putchar('\\');
		if (*p == '\n')
			fputs("\\l", stdout);
		else
			putchar(*p);
	}
	free(text);
}

static void print_dot_box(const struct tree *tree, const struct node *node)
{
	size_t end;
	char *text;
	FILE *out = begin_text(&text);

	print_title(out, node, "\n");
	fputc('\n', out);
	for (size_t i = 0; i < node->process_count; i = end) {
		end = group_end(tree, node, i);
		print_group(tree, out, DOT_COLUMNS, &node->processes[i],
			    end - i);
		fputc('\n', out);
	}
	end_text(out);
	printf("\tns%u [label=\"", node->ns->inum);
	print_quoted(text);
	puts("\"];");
}

static void print_dot_node(const struct tree *tree, const struct node *node)
{
	uint32_t inum = node->ns->inum;
	size_t end;

	print_dot_box(tree, node);
	for (size_t i = 0; i < node->child_count; i = end) {
		const struct node *child = node->children[i];

		end = sibling_end(tree, node, i);
		print_dot_node(tree, child);
		printf("\tns%u -> ns%u;\n", inum, child->ns->inum);
		if (end == i + 1)
			continue;
		printf("\tlike%u [style=dashed, label=\"%zu more like pid:[%u]\"];\n",
		       child->ns->inum, end - i - 1, child->ns->inum);
		printf("\tns%u -> like%u;\n", inum, child->ns->inum);
	}
}

static void print_dot(const struct tree *tree)
{
	puts("digraph pidmap {\n"
	     "\trankdir=LR;\n"
	     "\tnode [shape=box, fontname=monospace];");
	print_dot_node(tree, tree->root);
	puts("}");
}

static struct json_object *node_json(const struct node *node)
{
	struct json_object *object = json_object_new_object();
	struct json_object *processes = json_object_new_array();
	struct json_object *children = json_object_new_array();

	for (size_t i = 0; i < node->process_count; i++) {
		const struct pidmap_task *task = node->processes[i].task;
		struct json_object *process = json_object_new_object();

		json_object_object_add(process, "tgid",
				       json_object_new_int(task->tgid));
		json_object_object_add(process, "numbers", numbers_json(task));
		json_object_object_add(process, "command",
				       command_json(task->tgid));
		json_object_array_add(processes, process);
	}
	for (size_t i = 0; i < node->child_count; i++)
		json_object_array_add(children, node_json(node->children[i]));
	json_object_object_add(object, "ns",
			       json_object_new_int64(node->ns->inum));
	json_object_object_add(object, "level", level_json(node->ns->level));
	json_object_object_add(object, "init", known_json(node->ns->init));
	json_object_object_add(object, "container", node->ns->init ?
			       container_json(node->ns->init) : NULL);
	json_object_object_add(object, "processes", processes);
	json_object_object_add(object, "children", children);
	return object;
}

static void print_tree_json(const struct tree *tree)
{
	fputs("{\"tree\":", stdout);
	print_json(node_json(tree->root));
	puts("}");
}

static void choose_style(const struct cli *cli, struct tree *tree)
{
	struct libscols_table *table = text_table(cli);

	tree->fold = !cli->raw && !cli->json;
	tree->columns = cli->raw ? INT_MAX : scols_table_get_termwidth(table);
	tree->style = cli->dot || !strcmp(nl_langinfo(CODESET), "UTF-8") ?
		      utf8_style : ascii_style;
	scols_unref_table(table);
}

/* Draw it as it is now; as text, to @out. Returns an exit code. */
int draw_tree(const struct cli *cli, int argc, char **argv, FILE *out)
{
	struct pidmap_snapshot *snapshot;
	struct tree tree = { 0 };
	int status = take_snapshot(cli, argc, argv, &snapshot);

	if (status)
		return status;
	choose_style(cli, &tree);
	add_nodes(&tree, snapshot);
	add_processes(&tree, snapshot);
	add_children(&tree);
	if (!tree.root) {
		status = fail_ended(argc ? argv[0] : "self");
	} else {
		arrange(&tree, tree.root);
		if (cli->json)
			print_tree_json(&tree);
		else if (cli->dot)
			print_dot(&tree);
		else
			print_text(cli, &tree, out);
	}
	free_tree(&tree);
	pidmap_snapshot_free(snapshot);
	return status;
}

int do_tree(const struct cli *cli, int argc, char **argv)
{
	return cli->follow ? follow_tree(cli, argc, argv) :
			     draw_tree(cli, argc, argv, stdout);
}
