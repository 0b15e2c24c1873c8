/**
 * Values written into pages of HTML so that they stay values: where the output stands (text, tag,
 * attribute, script, style) is followed as it is written, and each value is escaped for its place.
 * Knows HTML and the words of JavaScript; nothing of templates.
 */
@NullMarked
package io.narthex.operators.template.page;

import org.jspecify.annotations.NullMarked;
