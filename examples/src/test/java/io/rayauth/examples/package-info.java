/** Runs every example and looks at what it prints. */
@NullMarked
package io.rayauth.examples;

import org.jspecify.annotations.NullMarked;
