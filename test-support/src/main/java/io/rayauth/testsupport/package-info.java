/** Holds what the tests of several modules share. */
@NullMarked
package io.rayauth.testsupport;

import org.jspecify.annotations.NullMarked;
