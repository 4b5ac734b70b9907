/** A Kubernetes API server for tests of what fabric8's mock has not: streams into pods. */
@NullMarked
package io.rayauth.testsupport.apiserver;

import org.jspecify.annotations.NullMarked;
