/**
 * Syntax trees as text and as data: on one line, laid out in lines, and as nested maps for the HTTP
 * API. Knows the language's shape; knows nothing of evaluation.
 */
@NullMarked
package io.narthex.query.promql.print;

import org.jspecify.annotations.NullMarked;
