/**
 * The ports of the store: append, select, administer. The PromQL service reads through them, the
 * sinks implement them, the jobs plug them together. Knows nothing of files or frameworks.
 */
@NullMarked
package io.narthex.pipeline.storage;

import org.jspecify.annotations.NullMarked;
