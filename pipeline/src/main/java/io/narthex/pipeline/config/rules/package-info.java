/**
 * What rule files say, as immutable records with the places of their parts. Knows neither PromQL
 * nor templates.
 */
@NullMarked
package io.narthex.pipeline.config.rules;

import org.jspecify.annotations.NullMarked;
