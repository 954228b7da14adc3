-- 企业建会率
-- Enterprises that a union covers on the last day, of those on the register.
SELECT unit, period, category,
       COUNT(DISTINCT node) FILTER (one) AS numerator, COUNT(DISTINCT node) FILTER (other) AS denominator,
       0 AS undetermined, COUNT(DISTINCT node) AS population,
       100 * numerator / nullif(denominator, 0) AS value
FROM (
    SELECT unit, period, node, has_union AS one, TRUE AS other,
           UNNEST(['all', told('industry', industry), told('ownership', ownership), told('size', size)]) AS category
    FROM on_register
    JOIN inside USING (period, node)
)
GROUP BY unit, period, category;
