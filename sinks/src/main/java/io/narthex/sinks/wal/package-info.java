/**
 * The write-ahead log: frames in files, group commit, replay. Knows bytes and durability; knows
 * nothing of series or queries. The layout of its files is described in {@code sinks/FORMAT.md}.
 */
@NullMarked
package io.narthex.sinks.wal;

import org.jspecify.annotations.NullMarked;
