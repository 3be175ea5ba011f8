/** How scripts are found and handed to Flyway. */
@NullMarked
package io.tenancy.jpa.control.migration.internal;

import org.jspecify.annotations.NullMarked;
