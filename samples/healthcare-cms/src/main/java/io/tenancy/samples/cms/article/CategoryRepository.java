package io.tenancy.samples.cms.article;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

/** The clinic's categories. */
public interface CategoryRepository extends JpaRepository<Category, UUID> {

    /**
     * Lists the categories as the navigation shows them.
     *
     * @return all of them, in order
     */
    List<Category> findAllByOrderByPosition();

    /**
     * Finds a category by its part of the address.
     *
     * @param slug the part of the address
     * @return the category, if there is one
     */
    Optional<Category> findBySlug(String slug);
}
