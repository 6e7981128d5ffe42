#include "src/upload/reports/source_line.h"
#include "src/base/file.h"
#include "src/base/text.h"

#include <stdio.h>
#include <string.h>

/* Where build tools keep the sources of tests, below a module. */
static const char *const folders[] = { "src/test/java", "src/test/kotlin", "src/test/groovy",
	"src/test/scala", "src/integrationTest/java", "src/integrationTest/kotlin", "src/it/java" };

enum { MAX_NAME = 200 };

/* "CartTest.java", 42 */
struct frame {
	char file[MAX_NAME + 1];
	int64_t line;
};

/* What stands in the parentheses behind "com.example.CartTest.addsItem". */
static bool read_place(const char *text, struct frame *out)
{
	size_t length = strcspn(text, ":)/\\\n");
	char digits[12] = "";
	size_t count;

	if (!length || length > MAX_NAME || text[length] != ':')
		return false;
	memcpy(out->file, text, length);
	out->file[length] = '\0';
	text += length + 1;
	count = strspn(text, "0123456789");
	if (!count || count >= sizeof digits || text[count] != ')')
		return false;
	memcpy(digits, text, count);
	return qm_text_int(digits, 1, INT32_MAX, &out->line);
}

static bool find_frame(const char *stack, const char *class_name, struct frame *out)
{
	size_t length = strlen(class_name);

	for (const char *hit = strstr(stack, class_name); hit; hit = strstr(hit + 1, class_name)) {
		const char *method = hit + length;
		size_t name = strcspn(method, "(\n");

		/* "CartTest" is not the end of another class's name, nor its beginning. */
		if (hit > stack && !strchr(" \t/", hit[-1]))
			continue;
		if ((*method == '.' || *method == '$') && method[name] == '(' &&
			read_place(method + name + 1, out))
			return true;
	}
	return false;
}

/* Length of the module's folder with its slash, within the path of its report. */
static size_t module_of(const char *report)
{
	static const char *const outputs[] = { "target/", "build/" };
	size_t module = 0;

	for (const char *part = report; *part; part++)
		for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
			if ((part == report || part[-1] == '/') && qm_text_starts(part, outputs[i]))
				module = (size_t)(part - report);
	return module;
}

bool qm_source_line(const char *report, const struct qm_result *result, char *path, size_t size,
	int64_t *out_line)
{
	const char *class_name = result->class_name, *dot;
	struct frame frame = { .line = 0 };
	size_t module = module_of(report), package;

	if (!class_name || !*class_name || !result->failure_text ||
		!find_frame(result->failure_text, class_name, &frame))
		return false;
	dot = strrchr(class_name, '.');
	package = dot ? (size_t)(dot - class_name) : 0;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		int head = snprintf(path, size, "%.*s%s/", (int)module, report, folders[i]);
		int all = snprintf(path, size, "%.*s%s/%.*s%s%s", (int)module, report, folders[i],
			(int)package, class_name, package ? "/" : "", frame.file);

		if (all < 0 || (size_t)all >= size)
			return false;
		for (size_t at = (size_t)head; at < (size_t)head + package; at++)
			path[at] = path[at] == '.' ? '/' : path[at];
		if (qm_file_exists(path)) {
			*out_line = frame.line;
			return true;
		}
	}
	return false;
}
