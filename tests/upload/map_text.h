/*
 * map_text - a mapping file that a test writes down as a text.
 */
#ifndef QM_TESTS_UPLOAD_MAP_TEXT_H
#define QM_TESTS_UPLOAD_MAP_TEXT_H

#include "src/upload/mapping/map_file.h"

/* Reads it as map.yaml of the project VKMC, by way of a file that is gone afterwards. */
enum qm_code map_text_read(const char *text, struct qm_map_file **out, struct qm_error *err);

#endif
