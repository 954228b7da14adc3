-- 高技能人才月平均工资
-- Mean wage of the employments on the last day of people with grade senior (4) or above, part-time left out.
SELECT unit, period, category,
       coalesce(SUM(wage) FILTER (counts), 0) AS numerator,
       COUNT(*) FILTER (counts AND wage IS NOT NULL) AS denominator,
       COUNT(*) FILTER (counts IS NULL OR counts AND wage IS NULL) AS undetermined,
       COUNT(*) AS population,
       numerator / nullif(denominator, 0) / 100 AS value
FROM (
    SELECT unit, period, job, wage, rank >= 4 AND form <> 'part_time' AS counts,
           UNNEST(['all', told('grade', grade), told('industry', industry)]) AS category
    FROM at_work JOIN periods USING (period)
    JOIN inside USING (period, node)
    WHERE kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
