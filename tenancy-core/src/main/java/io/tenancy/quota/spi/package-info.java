/** What quotas need from their surroundings: policies, a calendar, and a store that all nodes share. */
@NullMarked
package io.tenancy.quota.spi;

import org.jspecify.annotations.NullMarked;
