-- 建会企业集体合同覆盖率
-- Enterprises with a union that have a collective contract in force, of those with a union.
SELECT unit, period, category,
       COUNT(DISTINCT node) FILTER (one) AS numerator, COUNT(DISTINCT node) FILTER (other) AS denominator,
       0 AS undetermined, COUNT(DISTINCT node) AS population,
       100 * numerator / nullif(denominator, 0) AS value
FROM (
    SELECT unit, period, node, has_union AND has_collective_contract AS one, has_union AS other,
           UNNEST(['all', told('industry', industry), told('ownership', ownership), told('size', size)]) AS category
    FROM on_register JOIN periods USING (period)
    JOIN inside USING (period, node)
    WHERE kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
