/** The code that the Markdown files show, run on a FakeRay, and the checks that they show it. */
@NullMarked
package io.rayauth.docs;

import org.jspecify.annotations.NullMarked;
