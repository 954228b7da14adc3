-- 五小成果采纳率
-- Small innovations of the period that were adopted, of all of them. One without a day of adoption was not.
SELECT unit, period, category, COUNT(DISTINCT id) FILTER (is_adopted) AS numerator, COUNT(DISTINCT id) AS denominator,
       0 AS undetermined, COUNT(DISTINCT id) AS population, 100 * numerator / denominator AS value
FROM (
    SELECT unit, period, id, adopted_on IS NOT NULL AS is_adopted,
           UNNEST(['all', told('kind', innovations.kind), told('industry', industry)]) AS category
    FROM innovations
    JOIN periods ON day BETWEEN first_day AND last_day
    JOIN inside USING (period, node)
    WHERE periods.kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
