-- 新签能级工资集体合同数
-- Skill-pay agreements concluded in the period.
SELECT unit, period, category, COUNT(DISTINCT id) FILTER (counts) AS numerator, NULL AS denominator,
       COUNT(DISTINCT id) FILTER (counts IS NOT FALSE) - numerator AS undetermined,
       COUNT(DISTINCT id) AS population, numerator AS value
FROM (
    SELECT unit, period, id, agreements.kind = 'skill_pay' AS counts,
           UNNEST(['all', told('industry', industry), told('ownership', ownership)]) AS category
    FROM agreements
    JOIN periods ON day BETWEEN first_day AND last_day
    JOIN inside USING (period, node)
    WHERE periods.kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
