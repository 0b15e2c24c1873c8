/**
 * Looks at files before a server does: configurations, rule files, expositions. Knows what is wrong
 * with them and how grave it is; knows nothing of terminals and exit codes.
 */
@NullMarked
package io.narthex.jobs.check;

import org.jspecify.annotations.NullMarked;
