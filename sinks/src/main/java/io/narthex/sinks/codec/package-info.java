/**
 * Page codecs: columns of longs, doubles and histograms to bytes and back, bit for bit. Plain
 * kernels, arrays in and arrays out; they know nothing of files, series or frameworks.
 */
@NullMarked
package io.narthex.sinks.codec;

import org.jspecify.annotations.NullMarked;
