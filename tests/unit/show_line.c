/* SPDX-License-Identifier: MIT */
/*
 * See show_line.h.
 */
#include "tests/unit/show_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char line_file[] = "/tmp/gsstap-out-XXXXXX";

char *lines_shown(const struct image *image, enum show_format format, bool colour)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	struct show *show = show_new(format, out, colour);

	image_write(image, line_file);
	assert_non_null(show);
	assert_int_equal(show_add(show, line_file), 0);
	assert_int_equal(show_poll(show, true), 0);
	show_free(show);
	fclose(out);
	return text;
}

/* One packet on its own, without the date line. */
char *line_of(const struct packet *packet, enum show_format format, bool colour)
{
	struct image image = {0};
	char *text, *line;

	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	image_packet(&image, packet);
	text = lines_shown(&image, format, colour);
	image_free(&image);
	line = format == SHOW_TEXT ? strchr(text, '\n') + 1 : text;
	memmove(text, line, strlen(line) + 1);
	return text;
}

void assert_line(const struct packet *packet, enum show_format format, const char *expected)
{
	char *line = line_of(packet, format, false);

	assert_string_equal(line, expected);
	free(line);
}

int line_file_make(void **state)
{
	int fd = mkstemp(line_file);

	(void)state;
	setenv("TZ", "UTC", 1);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

int line_file_remove(void **state)
{
	(void)state;
	return unlink(line_file);
}
