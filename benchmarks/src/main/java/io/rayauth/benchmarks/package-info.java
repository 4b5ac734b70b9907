/** Measures what the client costs, beside the bare HTTP client and Ray's own Python client. */
@NullMarked
package io.rayauth.benchmarks;

import org.jspecify.annotations.NullMarked;
