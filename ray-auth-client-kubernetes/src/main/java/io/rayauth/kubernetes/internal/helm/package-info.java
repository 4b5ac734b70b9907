/**
 * Helm, inside this process: the only room that knows the optional library {@code helm-java}.
 *
 * <p>Finding a chart is apart from installing it: charts of a repository are downloaded and checked
 * here, because the library can neither be interrupted nor told where to keep them.
 */
@NullMarked
package io.rayauth.kubernetes.internal.helm;

import org.jspecify.annotations.NullMarked;
