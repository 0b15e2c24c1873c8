/** The audit trail of alerts on the disk. Knows nothing of rules' evaluation or of HTTP. */
@NullMarked
package io.narthex.sinks.history;

import org.jspecify.annotations.NullMarked;
