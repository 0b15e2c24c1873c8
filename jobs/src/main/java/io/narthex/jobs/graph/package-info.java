/** The job graph: one for the embedded server and the cluster. */
@NullMarked
package io.narthex.jobs.graph;

import org.jspecify.annotations.NullMarked;
