-- 规上企业能级工资集体合同覆盖率
-- Enterprises above designated size with a skill-pay agreement in force, of those above designated size. Of which it
-- is not known whether they are above it: in neither part.
SELECT unit, period, category,
       COUNT(DISTINCT node) FILTER (one AND other IS NOT NULL) AS numerator,
       COUNT(DISTINCT node) FILTER (other AND one IS NOT NULL) AS denominator,
       COUNT(DISTINCT node) FILTER (one IS NULL OR other IS NULL OR one) - numerator AS undetermined,
       COUNT(DISTINCT node) AS population,
       100 * numerator / nullif(denominator, 0) AS value
FROM (
    SELECT unit, period, node, is_above_scale AND has_skill_pay AS one, is_above_scale AS other,
           UNNEST(['all', told('industry', industry), told('ownership', ownership), told('size', size)]) AS category
    FROM on_register JOIN periods USING (period)
    JOIN inside USING (period, node)
    WHERE kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
