/** From rule files to rules that can be evaluated, for the server, the cluster job and commands. */
@NullMarked
package io.narthex.jobs.rules;

import org.jspecify.annotations.NullMarked;
