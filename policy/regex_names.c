#include "policy/regex_parser.h"

#include <string.h>

/* Short names are their own; long ones are Unicode's aliases. */
static const struct {
	const char *alias, *category;
} categories[] = {
	{ "C", "C" },
	{ "Cc", "Cc" },
	{ "Cf", "Cf" },
	{ "Cn", "Cn" },
	{ "Co", "Co" },
	{ "Cs", "Cs" },
	{ "L", "L" },
	{ "LC", "L&" },
	{ "Ll", "Ll" },
	{ "Lm", "Lm" },
	{ "Lo", "Lo" },
	{ "Lt", "Lt" },
	{ "Lu", "Lu" },
	{ "M", "M" },
	{ "Mc", "Mc" },
	{ "Me", "Me" },
	{ "Mn", "Mn" },
	{ "N", "N" },
	{ "Nd", "Nd" },
	{ "Nl", "Nl" },
	{ "No", "No" },
	{ "P", "P" },
	{ "Pc", "Pc" },
	{ "Pd", "Pd" },
	{ "Pe", "Pe" },
	{ "Pf", "Pf" },
	{ "Pi", "Pi" },
	{ "Po", "Po" },
	{ "Ps", "Ps" },
	{ "S", "S" },
	{ "Sc", "Sc" },
	{ "Sk", "Sk" },
	{ "Sm", "Sm" },
	{ "So", "So" },
	{ "Z", "Z" },
	{ "Zl", "Zl" },
	{ "Zp", "Zp" },
	{ "Zs", "Zs" },
	{ "Any", "Any" },
	{ "Other", "C" },
	{ "Control", "Cc" },
	{ "cntrl", "Cc" },
	{ "Format", "Cf" },
	{ "Unassigned", "Cn" },
	{ "Private_Use", "Co" },
	{ "Surrogate", "Cs" },
	{ "Letter", "L" },
	{ "Cased_Letter", "L&" },
	{ "Lowercase_Letter", "Ll" },
	{ "Modifier_Letter", "Lm" },
	{ "Other_Letter", "Lo" },
	{ "Titlecase_Letter", "Lt" },
	{ "Uppercase_Letter", "Lu" },
	{ "Mark", "M" },
	{ "Combining_Mark", "M" },
	{ "Spacing_Mark", "Mc" },
	{ "Enclosing_Mark", "Me" },
	{ "Nonspacing_Mark", "Mn" },
	{ "Number", "N" },
	{ "Decimal_Number", "Nd" },
	{ "digit", "Nd" },
	{ "Letter_Number", "Nl" },
	{ "Other_Number", "No" },
	{ "Punctuation", "P" },
	{ "punct", "P" },
	{ "Connector_Punctuation", "Pc" },
	{ "Dash_Punctuation", "Pd" },
	{ "Close_Punctuation", "Pe" },
	{ "Final_Punctuation", "Pf" },
	{ "Initial_Punctuation", "Pi" },
	{ "Other_Punctuation", "Po" },
	{ "Open_Punctuation", "Ps" },
	{ "Symbol", "S" },
	{ "Currency_Symbol", "Sc" },
	{ "Modifier_Symbol", "Sk" },
	{ "Math_Symbol", "Sm" },
	{ "Other_Symbol", "So" },
	{ "Separator", "Z" },
	{ "Line_Separator", "Zl" },
	{ "Paragraph_Separator", "Zp" },
	{ "Space_Separator", "Zs" },
};

/*
 * Go folds the name that it looks for (old_italic, Old-Italic: Olditalic), and not those that it
 * knows: scripts of several words are never found, and a pattern with one is refused.
 */
static const char *const scripts[] = {
	"Adlam",
	"Ahom",
	"Arabic",
	"Armenian",
	"Avestan",
	"Balinese",
	"Bamum",
	"Batak",
	"Bengali",
	"Bhaiksuki",
	"Bopomofo",
	"Brahmi",
	"Braille",
	"Buginese",
	"Buhid",
	"Carian",
	"Chakma",
	"Cham",
	"Cherokee",
	"Chorasmian",
	"Common",
	"Coptic",
	"Cuneiform",
	"Cypriot",
	"Cyrillic",
	"Deseret",
	"Devanagari",
	"Dogra",
	"Duployan",
	"Elbasan",
	"Elymaic",
	"Ethiopic",
	"Georgian",
	"Glagolitic",
	"Gothic",
	"Grantha",
	"Greek",
	"Gujarati",
	"Gurmukhi",
	"Han",
	"Hangul",
	"Hanunoo",
	"Hatran",
	"Hebrew",
	"Hiragana",
	"Inherited",
	"Javanese",
	"Kaithi",
	"Kannada",
	"Katakana",
	"Kawi",
	"Kharoshthi",
	"Khmer",
	"Khojki",
	"Khudawadi",
	"Lao",
	"Latin",
	"Lepcha",
	"Limbu",
	"Lisu",
	"Lycian",
	"Lydian",
	"Mahajani",
	"Makasar",
	"Malayalam",
	"Mandaic",
	"Manichaean",
	"Marchen",
	"Medefaidrin",
	"Miao",
	"Modi",
	"Mongolian",
	"Mro",
	"Multani",
	"Myanmar",
	"Nabataean",
	"Nandinagari",
	"Newa",
	"Nko",
	"Nushu",
	"Ogham",
	"Oriya",
	"Osage",
	"Osmanya",
	"Palmyrene",
	"Phoenician",
	"Rejang",
	"Runic",
	"Samaritan",
	"Saurashtra",
	"Sharada",
	"Shavian",
	"Siddham",
	"Sinhala",
	"Sogdian",
	"Soyombo",
	"Sundanese",
	"Syriac",
	"Tagalog",
	"Tagbanwa",
	"Takri",
	"Tamil",
	"Tangsa",
	"Tangut",
	"Telugu",
	"Thaana",
	"Thai",
	"Tibetan",
	"Tifinagh",
	"Tirhuta",
	"Toto",
	"Ugaritic",
	"Vai",
	"Vithkuqi",
	"Wancho",
	"Yezidi",
	"Yi",
};

/*
 * What matches a property under (?i) without having it: characters of which another case has it.
 * Upper case is any case then, of which PCRE2 knows the letters that have several cases and a few
 * that have but one (as U+0138): those match here and not in Go.
 */
static const struct {
	const char *name, *instead, *extra;
} folded[] = {
	{ "Lu", "L&", "\\x{345}" },
	{ "Ll", "L&", "\\x{345}" },
	{ "Lt", "Lt",
		"\\x{1c4}-\\x{1cc}\\x{1f1}-\\x{1f3}\\x{1f80}-\\x{1faf}\\x{1fb3}"
		"\\x{1fc3}\\x{1ff3}" },
	{ "L", "L", "\\x{345}" },
	{ "L&", "L&", "\\x{345}" },
	{ "M", "M", "\\x{399}\\x{3b9}\\x{1fbe}" },
	{ "Mn", "Mn", "\\x{399}\\x{3b9}\\x{1fbe}" },
	{ "Common", "Common", "\\x{39c}\\x{3bc}" },
	{ "Greek", "Greek", "\\x{b5}\\x{345}" },
	{ "Inherited", "Inherited", "\\x{399}\\x{3b9}\\x{1fbe}" },
};

static char lower(char character)
{
	return character >= 'A' && character <= 'Z' ? (char)(character + 32) : character;
}

static bool is_filler(char character)
{
	return character == '_' || character == '-' || character == ' ';
}

/* Case, blanks, hyphens and low lines make no difference. */
static bool same_name(const char *known, const char *name, size_t length)
{
	size_t at = 0;

	for (;; known++, at++) {
		while (is_filler(*known))
			known++;
		while (at < length && is_filler(name[at]))
			at++;
		if (at == length || !*known)
			return at == length && !*known;
		if (lower(*known) != lower(name[at]))
			return false;
	}
}

static bool find_name(const char *name, size_t length, struct qm_regex_property *out)
{
	if (same_name("Assigned", name, length)) {
		out->name = "Cn";
		out->negated = true;
		return true;
	}
	if (same_name("ASCII", name, length)) {
		out->ascii = true;
		return true;
	}
	for (size_t i = 0; i < sizeof categories / sizeof *categories; i++)
		if (same_name(categories[i].alias, name, length)) {
			out->name = categories[i].category;
			return true;
		}
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
		if (same_name(scripts[i], name, length)) {
			out->name = scripts[i];
			out->script = true;
			return true;
		}
	return false;
}

bool qm_regex_find_property(
	const char *name, size_t length, bool fold, struct qm_regex_property *out)
{
	*out = (struct qm_regex_property){ .name = "", .extra = "" };
	if (!find_name(name, length, out))
		return false;
	for (size_t i = 0; fold && i < sizeof folded / sizeof *folded; i++) {
		if (strcmp(folded[i].name, out->name) != 0)
			continue;
		out->name = folded[i].instead;
		out->extra = folded[i].extra;
		break;
	}
	return true;
}
