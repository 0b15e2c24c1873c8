/** What the Java virtual machine is busy with, in the forms that tools for Go's profiles read. */
@NullMarked
package io.narthex.jobs.profile;

import org.jspecify.annotations.NullMarked;
