/** Unit tests of rules, as their files say them. Data only; the parent package reads them. */
@NullMarked
package io.narthex.pipeline.config.ruletest;

import org.jspecify.annotations.NullMarked;
