/** What a query tells besides its answer: warnings and infos with their places in the text. */
@NullMarked
package io.narthex.query.promql.annotation;

import org.jspecify.annotations.NullMarked;
