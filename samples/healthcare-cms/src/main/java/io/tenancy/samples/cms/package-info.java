/**
 * A clinic's website and its editor: a Spring Boot application written for one clinic.
 */
@NullMarked
package io.tenancy.samples.cms;

import org.jspecify.annotations.NullMarked;
