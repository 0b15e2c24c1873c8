/** The command line: one class for each command, thin shells around what they start. */
@NullMarked
package io.narthex.jobs.cli;

import org.jspecify.annotations.NullMarked;
